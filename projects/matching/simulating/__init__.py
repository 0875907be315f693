"""What a rule would cost, worked out on money that came before. Pure."""
