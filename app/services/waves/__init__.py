"""Waves: parcels labelled, picked and packed together."""
