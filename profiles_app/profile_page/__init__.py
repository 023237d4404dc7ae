"""One profile: who it is, all its properties, and what it did."""
