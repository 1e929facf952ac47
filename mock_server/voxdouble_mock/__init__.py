"""The mock appliance."""
