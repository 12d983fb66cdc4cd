"""Memory networks and cognitive models: train, simulate, fit."""
