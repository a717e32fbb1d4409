"""From a label's data to paper: documents (data to page), languages (page to bytes), devices (bytes to paper)."""
