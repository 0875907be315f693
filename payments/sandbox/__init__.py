"""A stand-in for Stripe on this machine: stateful, small, honest. No money moves here."""
