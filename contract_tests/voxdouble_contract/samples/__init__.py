"""The recordings, voiceprints and bad requests that the suite sends."""
