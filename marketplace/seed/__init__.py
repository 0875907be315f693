"""The demo world: people, agencies, projects and gifts that do not exist, the same for a seed."""
