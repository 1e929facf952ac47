"""Attacks on the promises: each tries for some seconds to break one, and counts how often it succeeded."""
