"""How the carrier accounts stand: numbers left, calls of today, bindings, the last problem."""
