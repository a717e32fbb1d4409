"""What goes on paper, and what became of it."""
