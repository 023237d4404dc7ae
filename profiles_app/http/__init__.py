"""What every response passes through: errors that people can read, and security headers."""
