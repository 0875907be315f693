"""What people are told, when, and only once."""
