"""Campaigns and the money people put into them."""
