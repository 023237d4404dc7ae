"""Changes that people make to single profiles: checked against what is there, recorded, undone."""
