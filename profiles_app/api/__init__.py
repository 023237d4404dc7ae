"""The HTTP interface for scripts: /api/v1, the Mixpanel-compatible queries, and their description."""
