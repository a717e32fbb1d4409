"""J&T Express 极兔, the open platform."""
