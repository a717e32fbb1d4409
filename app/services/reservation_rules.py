"""Queries for ``db check``: what lines hold, and what is reserved for them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, union_all

from app.domain.states import ReservationState
from app.store.tables import parcel_line_parts, parcel_lines, reservations


def line_pieces(state: ReservationState) -> Select[Any]:
    """``line_id``, ``sku_id`` and pieces ``n`` of what each line that holds goods stands for.

    A bundle's line stands for its parts where reservations in ``state`` are of parts.
    """
    by_parts = (
        select(reservations.c.parcel_line_id)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(reservations.c.state == state, reservations.c.sku_id != parcel_lines.c.sku_id)
    )
    itself = select(
        parcel_lines.c.id.label("line_id"),
        parcel_lines.c.sku_id,
        parcel_lines.c.quantity.label("n"),
    ).where(parcel_lines.c.quantity > 0, parcel_lines.c.id.not_in(by_parts))
    parts = (
        select(
            parcel_lines.c.id.label("line_id"),
            parcel_line_parts.c.sku_id,
            (parcel_lines.c.quantity * parcel_line_parts.c.each).label("n"),
        )
        .join(parcel_line_parts, parcel_line_parts.c.parcel_line_id == parcel_lines.c.id)
        .where(parcel_lines.c.quantity > 0, parcel_lines.c.id.in_(by_parts))
    )
    both = union_all(itself, parts).subquery()
    return select(both)


def uneven_lines(wanted: Select[Any], state: ReservationState) -> Select[Any]:
    """Ids of lines with reservations in ``state`` that are not exactly ``wanted``."""
    mine = select(reservations.c.parcel_line_id).where(reservations.c.state == state)
    lines = wanted.subquery()
    of_lines = select(lines.c.line_id, lines.c.sku_id, lines.c.n).where(lines.c.line_id.in_(mine))
    taken = select(
        reservations.c.parcel_line_id.label("line_id"),
        reservations.c.sku_id,
        (-reservations.c.quantity).label("n"),
    ).where(reservations.c.state == state)
    both = union_all(of_lines, taken).subquery()
    return (
        select(both.c.line_id)
        .group_by(both.c.line_id, both.c.sku_id)
        .having(func.sum(both.c.n) != 0)
    )
