"""The composition root: the command, the demo, `verify` and the pytest plugin."""
