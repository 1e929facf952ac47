"""Batches that survive their process: the lines of the output, the journal of started tasks, and the extraction."""
