"""The mock inside the caller's process: `MockAppliance` and assertions on the request log."""
