"""Parcels after they left: who is asked, when, what was told, and what a person must look at."""
