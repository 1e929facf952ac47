"""A batch that survives its process: the lines of its recordings, and the journal of starts."""
