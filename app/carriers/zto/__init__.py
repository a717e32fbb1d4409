"""ZTO Express 中通, the open platform (zop)."""
