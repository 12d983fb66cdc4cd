"""Measures of cued recall, one in each file."""
