"""The table of users, and of each kind of group."""
