"""Yunda Express 韵达, the open platform."""
