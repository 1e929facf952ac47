"""The appliance under test: requests to it, what is known of it, and its clock."""
