"""SF Express 顺丰, the 丰桥 open platform."""
