"""Stripe, translated. The only package that imports the stripe package, one file a noun."""
