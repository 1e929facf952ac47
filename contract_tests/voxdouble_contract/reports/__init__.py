"""The reports of a run: JSON, JUnit, HTML, terminal and GitHub."""
