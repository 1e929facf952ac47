"""Scenarios as text: the parser, and the bundled scenarios."""
