"""Cohorts over HTTP."""
