"""HTTP between the client and the appliance: URLs, bodies, sockets, retries, and the reading of responses."""
