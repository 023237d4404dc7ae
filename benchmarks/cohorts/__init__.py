"""How fast cohorts are: `python -m benchmarks.cohorts`."""
