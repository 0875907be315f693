"""What was checked about a project: by whom, how, when, until when, and what was not."""
