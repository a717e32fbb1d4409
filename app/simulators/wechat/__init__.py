"""A strict WeChat Store (微信小店): its HTTP API on loopback, and what its buyers do."""
