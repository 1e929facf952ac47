"""Statements, and how the outcomes of tests become verdicts on them."""
