"""Telling somebody when a transfer costs less than they said. No account, one address, one stop."""
