"""What accepting a change of an order does to its boxes, said before anybody answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from app.domain.states import ParcelState
from app.domain.text import T, Text
from app.services import records
from app.store.tables import parcels, waybills


class Effect(StrEnum):
    """What happens to one parcel when the change is accepted."""

    NOTHING = "nothing"  # no number yet
    NEW_NUMBER = "new_number"  # the number is voided, a new one is taken
    LABEL_OFF = "label_off"  # the printed label must come off as well
    REPRINT = "reprint"  # the number stays, the label names the old goods
    UNPACK = "unpack"  # the box is emptied and scanned anew
    UNSEAL = "unseal"  # sealed already: to be opened by hand
    GONE = "gone"  # it has left: nothing can be changed


EFFECTS: Mapping[Effect, Text] = {
    Effect.NOTHING: T("No number has been taken yet; nothing has to be undone."),
    Effect.NEW_NUMBER: T("Its number is voided and a new one is taken."),
    Effect.LABEL_OFF: T("The label must come off; its number is voided and a new one is taken."),
    Effect.REPRINT: T("The number stays; the label names the old goods: print it again."),
    Effect.UNPACK: T("Goods are in the box already: empty it and scan everything again."),
    Effect.UNSEAL: T("The box is sealed: take it back and open it before anything else."),
    Effect.GONE: T("The parcel has left; a change does not reach it any more."),
}


@dataclass(frozen=True, slots=True)
class ParcelEffect:
    """One parcel of the order and what accepting does to it."""

    parcel: str
    state: str
    waybill: str
    effect: Effect

    @property
    def words(self) -> Text:
        return EFFECTS[self.effect]


def of_address(tx: Connection, our_id: str) -> tuple[ParcelEffect, ...]:
    """What another address does to each parcel of the order that is not cancelled."""
    return tuple(_effect(row, _address_effect(row)) for row in _parcels(tx, our_id))


def of_variant(tx: Connection, our_id: str) -> tuple[ParcelEffect, ...]:
    """What other goods do to each parcel of the order that is not cancelled."""
    return tuple(_effect(row, _variant_effect(row)) for row in _parcels(tx, our_id))


def _effect(row: Any, effect: Effect) -> ParcelEffect:
    return ParcelEffect(row.id, row.state, row.number or "", effect)


def _parcels(tx: Connection, our_id: str) -> list[Any]:
    return list(
        tx.execute(
            select(
                parcels.c.id,
                parcels.c.state,
                parcels.c.printed,
                parcels.c.opened_at,
                parcels.c.waybill_id,
                waybills.c.number,
            )
            .outerjoin(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(
                parcels.c.id.in_(records.parcels_of(tx, our_id)),
                parcels.c.state != ParcelState.CANCELLED,
            )
            .order_by(parcels.c.id)
        )
    )


def _address_effect(row: Any) -> Effect:
    if row.state in {ParcelState.SHIPPED, ParcelState.DELIVERED}:
        return Effect.GONE
    if row.state == ParcelState.TO_REPORT:
        return Effect.UNSEAL
    if row.waybill_id is None:
        return Effect.NOTHING
    return Effect.LABEL_OFF if row.printed else Effect.NEW_NUMBER


def _variant_effect(row: Any) -> Effect:
    if row.state in {ParcelState.SHIPPED, ParcelState.DELIVERED}:
        return Effect.GONE
    if row.state == ParcelState.TO_REPORT:
        return Effect.UNSEAL
    if row.opened_at is not None:
        return Effect.UNPACK
    return Effect.REPRINT if row.printed else Effect.NOTHING
