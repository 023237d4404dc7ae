"""What is read of cohorts."""
