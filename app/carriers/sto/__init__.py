"""STO Express 申通, the link gateway of the open platform."""
