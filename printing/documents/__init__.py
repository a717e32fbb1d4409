"""From data to a page: PDF, or one bit a dot."""
