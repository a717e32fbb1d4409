"""What parcels cost: price tables, estimates, statements of carriers, and what was overcharged."""
