"""The command `voxdouble capture`: a run against an appliance, and what a pack keeps of it."""
