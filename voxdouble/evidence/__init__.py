"""Records of the contract suite's exchanges, and the evidence about the contract that is made from them."""
