"""Human data, by name."""
