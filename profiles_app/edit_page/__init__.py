"""Create or Modify Profile: the dialog, and the same as a page."""
