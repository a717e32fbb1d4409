"""Several computers on one database: keys, secrets, who is there, and moving to a server."""
