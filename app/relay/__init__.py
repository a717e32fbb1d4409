"""The push relay: a door for the platform's messages, whose events are stored before the answer."""
