"""The packing bench: its own full-screen window."""
