"""Whether a parcel can go where it is to go, known before a number is taken."""
