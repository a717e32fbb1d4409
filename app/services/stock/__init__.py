"""Stock: the ledger, reservations, and what the shops are told of it."""
