"""Everything of Packbench that works without a screen. Never imports Qt."""

VERSION = "0.1.0"  # as in pyproject.toml; a test keeps them alike
