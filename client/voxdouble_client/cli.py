"""Commands for people and scripts: extract, convert, wait, state."""
