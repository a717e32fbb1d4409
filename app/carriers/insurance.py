"""Insurance by value: what a parcel is declared for when nobody has said so."""

from __future__ import annotations

from app.domain.waybills import Booking


def declared_fen(booking: Booking, from_fen: int) -> int:
    """What the parcel is insured for, in fen; 0: not at all.

    An amount in the booking counts. Else the goods' own value, once it reaches ``from_fen``, the
    account's ``insure_from_fen`` (0 = never).
    """
    if booking.insured_fen or not from_fen:
        return booking.insured_fen
    value_fen = sum(item.price_fen * item.quantity for item in booking.goods)
    return value_fen if value_fen >= from_fen else 0
