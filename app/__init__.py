"""Everything of Packbench that works without a screen. Never imports Qt."""
