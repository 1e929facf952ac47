"""The command `voxdouble drift`: the changes between two reports, or two packs."""
