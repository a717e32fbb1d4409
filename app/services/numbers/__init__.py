"""Waybill numbers: asking for one, what became of it, and giving it back."""
