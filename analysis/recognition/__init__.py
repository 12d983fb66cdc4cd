"""Measures of recognition and of judged frequency, one in each file."""
