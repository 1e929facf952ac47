"""Synthesis, training and evaluation of the shipped matrices. Not in the wheel and not needed at run time."""
