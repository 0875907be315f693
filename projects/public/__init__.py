"""The face for visitors: finding a project, and giving to it."""
