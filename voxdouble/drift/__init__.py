"""The changes between two facts, as `voxdouble verify --against` judges by them."""
