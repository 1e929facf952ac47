"""The appliance under test: requests to it, its known properties, and its clock."""
