"""Product pictures of the demo, drawn from shapes and colours."""
