"""The command line: parse, call a service, show its rows. Never loads Qt."""
