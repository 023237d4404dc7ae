"""From the bytes of a file to rows of text, exactly.

refuse    what is no CSV at all, told by its first bytes
dialect   how a file is written: separator, quote, encoding, line ends, header
detect    finding that out
lines     bytes → lines, with what cannot be decoded marked
rows      lines → rows, and what is no row, with its line and reason
plain     the beginning of a file that nothing but separators and line ends is in, read by Arrow
stage     the whole file as Parquet, once; everything after reads that
"""
