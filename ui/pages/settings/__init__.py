"""Settings 设置: printers, and what labels look like."""
