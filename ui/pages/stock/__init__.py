"""The stock page: what is there, and the papers about it."""
