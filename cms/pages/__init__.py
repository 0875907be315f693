"""Pages that editors write: the home page first."""
