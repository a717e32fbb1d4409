"""The painted controls of the window; each takes the theme first and follows its changes."""
