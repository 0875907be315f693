"""What a close makes of all claims together: pro rata, by share, quadratic, ranked. Pure."""
