"""What changes cohorts."""
