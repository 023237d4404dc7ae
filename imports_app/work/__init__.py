"""What a worker does for an import.

plan     the staged rows → what each profile gets, and what is rejected; knows nothing of present profiles
check    the plan held against the present profiles, in the columnar engine; writes nothing
merge    one chunk of the plan into PostgreSQL, one transaction
undo     the changes taken back, batch by batch
job      who works on an import, and how it goes on after anything died
"""
