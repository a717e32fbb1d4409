"""Orders that are over, put away by month, and brought back when something is said of them."""
