"""Taking in profiles and events."""
