"""The mock's own routes below /_mock/."""
