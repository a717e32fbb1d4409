"""From bytes to paper, and back: what is certain about a job."""
