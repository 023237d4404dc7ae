"""The columnar side: files of typed columns, the live tail, and the engine that asks both.

naming, typing   how a property becomes typed columns
files            one segment: a DuckDB file of sorted rows
source           reading rows out of PostgreSQL as Arrow
compaction       PostgreSQL → files, and the manifest's next generation
snapshot, tail   what PostgreSQL has beyond the files, kept up to date
store            the open files and the tail of each project in this process
relations        people and events as the filter compiler sees them
engine           one question: catch up, compile, run within the limits
"""
