"""The wizard of an import, and the page with all of them."""
