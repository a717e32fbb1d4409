"""Parcels from the check to the door: made, split, merged, packed and shipped."""
