"""What the shops must hear: the outbox, its rows and what came of them."""
