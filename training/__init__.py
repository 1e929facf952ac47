"""How the shipped matrices came about: synthesis, training and evaluation. Not in the wheel, not needed at run time."""
