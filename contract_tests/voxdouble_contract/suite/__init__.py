"""The tests of the contract, and their fixtures."""
