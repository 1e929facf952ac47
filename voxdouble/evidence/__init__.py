"""Records of the contract suite's exchanges, and the evidence for the contract that they are."""
