"""A batch that survives its process: the lines of finished recordings, and the journal of starts."""
