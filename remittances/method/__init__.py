"""The published method: the rule, worked examples, and every change of it."""
