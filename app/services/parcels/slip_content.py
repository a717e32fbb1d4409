"""What stands on a parcel's packing slip: goods and words, never a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.domain.address import Address
from app.domain.papers import PackingSlip, SlipRow
from app.domain.privacy import mask_name
from app.services import records
from app.services.parcels import packing
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, settings, shops

KEY = "slip"


class Notes(StrEnum):
    """Whose notes on the order are printed. Nobody's is the default: they are for the packer."""

    NONE = "none"
    BUYER = "buyer"
    MERCHANT = "merchant"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class SlipWish:
    """What the shop wants on every slip."""

    words: str = ""
    notes: Notes = Notes.NONE
    return_address: bool = False


def stored(tx: Connection) -> dict[str, Any]:
    """The wish as it is kept; empty where nobody had one."""
    found = tx.execute(select(settings.c.value).where(settings.c.key == KEY)).scalar()
    return found if isinstance(found, dict) else {}


def slip_wish(tx: Connection) -> SlipWish:
    """The wish in force."""
    found = stored(tx)
    return SlipWish(
        str(found.get("words", "")),
        Notes(found.get("notes", Notes.NONE)),
        bool(found.get("return_address")),
    )


def store(tx: Connection, wish: SlipWish) -> bool:
    """Keep the wish, in the caller's transaction; returns whether it differs."""
    if slip_wish(tx) == wish:
        return False
    value = {"words": wish.words, "notes": wish.notes, "return_address": wish.return_address}
    tx.execute(delete(settings).where(settings.c.key == KEY))
    tx.execute(insert(settings).values(key=KEY, value=value))
    return True


def slip(work: Workplace, parcel_id: str) -> PackingSlip:
    """The packing slip of a parcel. On a gift's slip nobody's notes are printed."""
    with work.db.read() as tx:
        opened = packing.read_parcel(tx, parcel_id)
        found = tx.execute(
            select(
                orders.c.order_id,
                orders.c.greeting,
                orders.c.receiver,
                orders.c.buyer_note,
                orders.c.merchant_note,
                orders.c.is_gift,
                shops.c.title,
                shops.c.id.label("shop_id"),
            )
            .join(shops, shops.c.id == orders.c.shop_id)
            .where(orders.c.id.in_(records.orders_of(tx, [parcel_id])))
            .order_by(orders.c.paid_at, orders.c.id)
        ).all()
        free = _free_lines(tx, parcel_id)
        wish = slip_wish(tx)
        return_to = _return_to(tx) if wish.return_address else ""
    rows = [
        SlipRow(
            x.item.name,
            x.item.spec,
            x.need,
            is_gift=x.line_id in free,
            parts=tuple(
                f"{' '.join(w for w in (p.item.name, p.item.spec) if w)} ×{p.each * x.need}"
                for p in x.parts
            ),
        )
        for x in opened.lines
    ]
    return PackingSlip(
        shop=found[0].title or found[0].shop_id,
        order_ids=tuple(r.order_id for r in found),
        receiver_name=mask_name(found[0].receiver.get("name", "")),
        rows=tuple(sorted(rows, key=lambda r: r.is_gift)),
        greeting=next((r.greeting for r in found if r.greeting), ""),
        note=_notes(found, wish.notes),
        number=opened.number,
        printed_at=work.now(),
        shop_words=wish.words,
        return_to=return_to,
    )


def _free_lines(tx: Connection, parcel_id: str) -> set[str]:
    """The parcel's lines that are given on top, by the shop or by our own rules."""
    rows = tx.execute(
        select(parcel_lines.c.id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            order_lines.c.is_free_gift | (parcel_lines.c.gift_rule_id != ""),
        )
    )
    return set(rows.scalars())


def _notes(found: Sequence[Any], wanted: Notes) -> str:
    if any(r.is_gift for r in found):
        return ""
    said: list[str] = []
    for r in found:
        if wanted in {Notes.BUYER, Notes.BOTH}:
            said.append(r.buyer_note)
        if wanted in {Notes.MERCHANT, Notes.BOTH}:
            said.append(r.merchant_note)
    return " / ".join(dict.fromkeys(n for n in said if n))


def _return_to(tx: Connection) -> str:
    """The shop's own address in one line; it is the shop that asked for it on its slips."""
    kept = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
    if not isinstance(kept, dict):
        return ""
    sender = Address.from_dict(kept)
    return " ".join(x for x in (sender.full, sender.name, sender.phone) if x)
