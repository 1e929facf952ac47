"""Packs: folders of facts that `voxdouble capture` recorded, and the completions that are made from them."""
