"""The composition root: command, demo, verification, pytest plugin."""
