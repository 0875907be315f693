"""Who lists projects, and the projects themselves: organisations, members, texts, budgets."""
