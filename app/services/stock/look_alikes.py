"""Items taken for one another: said by hand, variants of one product, noticed at the bench."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.services import records
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import look_alikes, skus

MOST_HINTS = 3
OFTEN = 2  # mistaken so often, it is worth a word
_L = look_alikes.c


@dataclass(frozen=True, slots=True)
class Hint:
    """``sku`` is easily taken for the item asked about.

    ``why``: ``hand``, ``mistaken`` or ``variant``. ``note``: how to tell them apart.
    """

    sku_id: str
    sku: str
    name: str
    spec: str
    bin: str
    picture: str
    why: str
    note: str
    mistaken: int

    @property
    def text(self) -> Text:
        """For whoever picks or packs."""
        other = f"{self.name} {self.spec}".strip()
        if self.note:
            return T("Not {other}: {note}", other=other, note=self.note)
        if self.why == "mistaken":
            return T("Not {other}: mixed up {n} times", other=other, n=self.mistaken)
        return T("Not {other}", other=other)


def hints(work: Workplace, sku_ids: Collection[str]) -> Mapping[str, tuple[Hint, ...]]:
    """By SKU id: what it is taken for, the likeliest first, at most three."""
    with work.db.read() as tx:
        return hints_of(tx, sku_ids)


def hints_of(tx: Connection, sku_ids: Collection[str]) -> Mapping[str, tuple[Hint, ...]]:
    """``hints`` inside a transaction of the caller's."""
    ids = sorted(sku_ids)
    pairs = tx.execute(
        select(look_alikes).where(or_(_L.sku_id.in_(ids), _L.other_id.in_(ids)))
    ).all()
    mine = {r.id: r.product_id for r in tx.execute(select(skus).where(skus.c.id.in_(ids)))}
    named = {i for r in pairs for i in (r.sku_id, r.other_id)}
    others = {
        r.id: r
        for r in tx.execute(
            select(skus)
            .where(or_(skus.c.id.in_(named), skus.c.product_id.in_(set(mine.values()))))
            .where(skus.c.active)
            .order_by(skus.c.code)
        )
    }
    found: dict[str, dict[str, Hint]] = defaultdict(dict)
    for pair in pairs:
        for one, other in ((pair.sku_id, pair.other_id), (pair.other_id, pair.sku_id)):
            if one in mine and other in others and (pair.set_by or pair.mistaken >= OFTEN):
                why = "hand" if pair.set_by else "mistaken"
                found[one][other] = _hint(others[other], why, pair.note, pair.mistaken)
    of_product: dict[str, list[Any]] = defaultdict(list)
    for row in others.values():
        of_product[row.product_id].append(row)
    for sku_id, product_id in mine.items():
        for row in of_product[product_id]:
            if row.id != sku_id and row.id not in found[sku_id]:
                found[sku_id][row.id] = _hint(row, "variant", "", 0)
    return {sku_id: _likeliest(by_id) for sku_id, by_id in found.items() if by_id}


def say(work: Workplace, code: str, other: str, note: str = "") -> None:
    """The two are easily mixed up; ``note``: how to tell them apart.

    Raises ``UserError``: ``no_such_sku``, ``several_items``, ``same_item``.
    """
    with work.db.write() as tx:
        pair = _pair(tx, code, other)
        values = {"note": " ".join(note.split())[:128], "set_by": work.user or "-"}
        new = insert(look_alikes).values(sku_id=pair[0], other_id=pair[1], **values)
        if not insert_if_new(tx, new):
            tx.execute(update(look_alikes).where(_is(pair)).values(**values))
        records.note(tx, work, "look_alikes", detail={"sku": code, "other": other})
    work.changed("stock")


def forget(work: Workplace, code: str, other: str) -> bool:
    """The two are not mixed up any more; whether they were known to be."""
    with work.db.write() as tx:
        gone = tx.execute(delete(look_alikes).where(_is(_pair(tx, code, other))))
    work.changed("stock")
    return bool(gone.rowcount)


def note_mistake(tx: Connection, wanted_id: str, scanned_id: str) -> None:
    """At the bench the second was scanned where the first was wanted."""
    if wanted_id == scanned_id:
        return
    pair = (min(wanted_id, scanned_id), max(wanted_id, scanned_id))
    more = update(look_alikes).where(_is(pair)).values(mistaken=_L.mistaken + 1)
    if tx.execute(more).rowcount == 0 and not insert_if_new(
        tx, insert(look_alikes).values(sku_id=pair[0], other_id=pair[1], mistaken=1)
    ):
        tx.execute(more)


def _likeliest(by_id: Mapping[str, Hint]) -> tuple[Hint, ...]:
    order = {"hand": 0, "mistaken": 1, "variant": 2}
    ranked = sorted(by_id.values(), key=lambda h: (order[h.why], -h.mistaken, h.sku))
    return tuple(ranked[:MOST_HINTS])


def _hint(row: Any, why: str, note: str, mistaken: int) -> Hint:
    name = row.short_name or row.name
    spec = "" if row.short_name else row.spec
    return Hint(row.id, row.code, name, spec, row.bin, row.picture, why, note, mistaken)


def _pair(tx: Connection, code: str, other: str) -> tuple[str, str]:
    one, two = find_sku(tx, code), find_sku(tx, other)
    if one == two:
        raise UserError(
            "same_item",
            T("{sku} and {other} are the same item.", sku=code, other=other),
            T("Name two different ones."),
            ref=code,
        )
    return min(one, two), max(one, two)


def _is(pair: tuple[str, str]) -> Any:
    return (_L.sku_id == pair[0]) & (_L.other_id == pair[1])
