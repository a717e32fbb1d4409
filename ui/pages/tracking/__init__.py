"""Parcels on their way 物流: where they are, and what the carriers charged."""
