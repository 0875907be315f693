"""What is in the demo world. Every person, organisation, town and number here is invented.

Surnames and towns are made from the word for "example" in a language of the country, so that
nobody takes them for real.
"""
