"""Readers and writers of the formats that recall data come in."""
