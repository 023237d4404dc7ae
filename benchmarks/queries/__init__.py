"""How fast questions are answered, by Roster and by two peers on the same data; see `__main__`."""
