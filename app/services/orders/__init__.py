"""Orders: what they hold, why they wait, and what people ask of them."""
