"""The rules: pure functions and records, without input or output."""
