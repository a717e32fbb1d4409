"""Orders: find, check, assign, hold, and hand over to printing."""
