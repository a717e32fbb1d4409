"""What the shops sell: fetched, mapped to the shelf, put on sale and taken off."""
