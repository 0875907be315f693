"""The face for machines: projects, programmes and quotes under /api/v1/."""
