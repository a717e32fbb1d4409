"""YTO Express 圆通, the open platform."""
