"""Measures of free recall, one in each file."""
