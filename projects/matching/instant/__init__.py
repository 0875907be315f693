"""What one contribution gets when its turn comes, step by step. Pure."""
