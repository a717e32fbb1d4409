"""From a bitmap to the bytes a printer understands, and the questions it answers."""
