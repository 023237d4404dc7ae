"""The export: what is in the file, how it is sent, who may have it."""
