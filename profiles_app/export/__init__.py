"""People as a CSV file: `open_export` streams it, `measure_export` says beforehand how large it will be."""
