"""Measures of serial recall, one in each file."""
