"""The filter builder: a form that shows a filter, and what its buttons do to it."""
