"""Which new orders are ordinary, and all that is decided about them before anything is written.

Ordinary means that nothing has to be looked up, weighed or undone: no hold, no after-sale, every
line mapped and no bundle, an account for its carrier; or nothing of ours to pack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import Flow, OrderStatus, SkuKind
from app.services.orders import order_holds
from app.services.parcels.placing import Notes, Placed, Placing, facts_from
from app.services.workplace import Workplace
from app.store.tables import listings, sku_barcodes, skus

NOTHING_TO_PACK = frozenset(
    {
        OrderStatus.UNPAID,
        OrderStatus.GROUPING,
        OrderStatus.SHIPPED,
        OrderStatus.DONE,
        OrderStatus.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, with the columns of its row. ``pieces`` are of the SKU."""

    told: LineSnapshot
    id: str
    mapped_sku_id: str | None
    factor: int

    @property
    def pieces(self) -> int:
        return self.told.to_ship * self.factor


@dataclass(slots=True)
class New:
    """An order to be written; with a parcel when something of it is ours to pack."""

    told: OrderSnapshot
    id: str
    lines: list[Line]
    choice: Placed | None = None
    parcel_id: str = ""
    piece_ids: dict[str, str] = field(default_factory=dict)  # order line: parcel line

    @property
    def packed(self) -> list[Line]:
        return [line for line in self.lines if line.told.to_ship > 0] if self.choice else []


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the shop's listings are on the shelf, as far as these orders need to know."""

    mapped: Mapping[tuple[str, str], tuple[str, int]]
    listed: Mapping[tuple[str, str], tuple[str, str]]  # code and bar code, as last pulled
    by_code: Mapping[str, str]
    by_barcode: Mapping[str, str]
    goods: Mapping[str, tuple[str, int]]  # SKU id: code, weight in g
    bundles: frozenset[str]  # SKUs that are reserved by their parts
    in_advance: frozenset[tuple[str, str]] = frozenset()  # listings that were sold so until now

    def find(self, line: LineSnapshot) -> tuple[str | None, int]:
        """The SKU of a line and its factor; see ``mapping.lookup``."""
        said = self.mapped.get((line.product_id, line.sku_id))
        if said is not None:
            return said
        code, barcode = self.listed.get((line.product_id, line.sku_id), ("", ""))
        codes = (line.sku_code, code)
        barcodes = (line.barcode, barcode, line.sku_code)
        found = next((self.by_code[c] for c in codes if c in self.by_code), None)
        return found or next(
            (self.by_barcode[b] for b in barcodes if b in self.by_barcode), None
        ), 1


def may_be_ordinary(order: OrderSnapshot) -> bool:
    """Whether ``order`` alone, without the database, gives no reason for the long way."""
    if order.after_sales or not order.lines:
        return False
    if order.flow is not Flow.PARCEL or order.status in NOTHING_TO_PACK:
        return True
    return order.status is OrderStatus.PAID and all(
        not line.dropship and not line.presale and line.to_ship > 0 for line in order.lines
    )


def shelf_of(tx: Connection, shop_id: str, told: Sequence[OrderSnapshot]) -> Shelf:
    """Listings and SKUs of all lines of ``told``, in three questions."""
    lines = [line for order in told for line in order.lines]
    rows = tx.execute(
        select(
            listings.c.product_id,
            listings.c.sku_id,
            listings.c.mapped_sku_id,
            listings.c.factor,
            listings.c.sku_code,
            listings.c.barcode,
            listings.c.presale,
        ).where(
            listings.c.shop_id == shop_id,
            listings.c.product_id.in_({line.product_id for line in lines}),
        )
    ).all()
    mapped = {
        (r.product_id, r.sku_id): (r.mapped_sku_id, r.factor)
        for r in rows
        if r.mapped_sku_id is not None
    }
    listed = {(r.product_id, r.sku_id): (r.sku_code, r.barcode) for r in rows}
    wanted = [listed.get((line.product_id, line.sku_id), ("", "")) for line in lines]
    codes = {line.sku_code for line in lines} | {code for code, _ in wanted}
    bars = {line.barcode for line in lines} | {bar for _, bar in wanted} | codes
    codes, bars = codes - {""}, bars - {""}
    marked: dict[str, list[str]] = defaultdict(list)
    for r in tx.execute(select(sku_barcodes).where(sku_barcodes.c.barcode.in_(bars))):
        marked[r.barcode].append(r.sku_id)
    ids = {sku for sku, _ in mapped.values()} | {s for found in marked.values() for s in found}
    goods = tx.execute(
        select(skus.c.id, skus.c.code, skus.c.weight_g, skus.c.kind).where(
            skus.c.id.in_(ids) | skus.c.code.in_(codes)
        )
    ).all()
    return Shelf(
        mapped=mapped,
        listed=listed,
        by_code={r.code: r.id for r in goods},
        by_barcode={code: found[0] for code, found in marked.items() if len(found) == 1},
        goods={r.id: (r.code, r.weight_g or 0) for r in goods},
        bundles=frozenset(r.id for r in goods if r.kind == SkuKind.BUNDLE),
        in_advance=frozenset((r.product_id, r.sku_id) for r in rows if r.presale),
    )


def prepared(
    work: Workplace, shop_id: str, told: OrderSnapshot, shelf: Shelf, placing: Placing
) -> New | None:
    """The order with everything decided, or None when it has to go the long way."""
    lines = [Line(line, work.key(), *shelf.find(line)) for line in told.lines]
    new = New(told, work.key(), lines)
    if any((line.product_id, line.sku_id) in shelf.in_advance for line in told.lines):
        return None
    if order_holds.wanted(told, {line.told.line_key: line for line in lines}, work.now()):
        return None
    if told.flow is not Flow.PARCEL or told.status in NOTHING_TO_PACK:
        return new
    if any(line.mapped_sku_id is None or line.mapped_sku_id in shelf.bundles for line in lines):
        return None
    facts = facts_from(
        shop_id,
        told.receiver,
        Notes((told.buyer_note,), (told.merchant_note,)),
        sum(line.told.paid_fen for line in lines),
        [(*shelf.goods[line.mapped_sku_id or ""], line.pieces) for line in lines],
        work.now(),
    )
    placed = placing.place(facts) if facts is not None else None
    if placed is None or placed.choice is None:
        return None
    new.choice = placed
    new.parcel_id = work.key()
    new.piece_ids = {line.id: work.key() for line in lines}
    return new
