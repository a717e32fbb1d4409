"""Ordinary new orders, many at once: a few statements a chunk instead of fifty an order.

Ordinary means that nothing has to be looked up, weighed or undone: no hold, no after-sale, every
line mapped, an account for its carrier, stock for all of it; or nothing of ours to pack. Every
other order, and every order seen before, takes the long way through ``intake.store``. Both ways
write the same rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.orders import LineSnapshot, OrderSnapshot
from app.domain.states import Flow, MoveKind, OrderStatus, ParcelState, ReservationState
from app.services import records
from app.services.orders import order_holds
from app.services.parcels import parcel_making
from app.services.parcels.placing import Notes, Placed, Placing, facts_from, read_placing
from app.services.sync import intake
from app.services.telling import sent_elsewhere
from app.services.workplace import Workplace
from app.store.inserting import insert_all_new
from app.store.tables import (
    audit,
    listings,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    reservations,
    shipments,
    sku_barcodes,
    skus,
    stock_balances,
    stock_moves,
)

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
class _Line:
    """A line of an order, with the columns of its row. ``pieces`` are of the SKU."""

    told: LineSnapshot
    id: str
    mapped_sku_id: str | None
    factor: int

    @property
    def pieces(self) -> int:
        return self.told.to_ship * self.factor


@dataclass(slots=True)
class _New:
    """An order to be written; with a parcel when something of it is ours to pack."""

    told: OrderSnapshot
    id: str
    lines: list[_Line]
    choice: Placed | None = None
    parcel_id: str = ""
    piece_ids: dict[str, str] = field(default_factory=dict)  # order line: parcel line

    @property
    def packed(self) -> list[_Line]:
        return [line for line in self.lines if line.told.to_ship > 0] if self.choice else []


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What the shop's listings are on the shelf, as far as these orders need to know."""

    mapped: Mapping[tuple[str, str], tuple[str, int]]
    listed: Mapping[tuple[str, str], tuple[str, str]]  # code and bar code, as last pulled
    by_code: Mapping[str, str]
    by_barcode: Mapping[str, str]
    goods: Mapping[str, tuple[str, int]]  # SKU id: code, weight in g

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


def store(
    tx: Connection, work: Workplace, shop_id: str, told: Sequence[OrderSnapshot]
) -> list[OrderSnapshot]:
    """Write those of ``told`` that are ordinary; returns them. None may be in the database yet."""
    chosen = [order for order in told if _may_be_ordinary(order)]
    if not chosen:
        return []
    shelf = _shelf(tx, shop_id, chosen)
    placing = read_placing(tx, shop_id, work.now())
    found = [_prepared(work, shop_id, order, shelf, placing) for order in chosen]
    ready = _reserved(tx, [new for new in found if new is not None])
    if ready:
        _write(tx, work, shop_id, ready, shelf)
    return [new.told for new in ready]


def _may_be_ordinary(order: OrderSnapshot) -> bool:
    if order.after_sales or not order.lines:
        return False
    if order.flow is not Flow.PARCEL or order.status in NOTHING_TO_PACK:
        return True
    return order.status is OrderStatus.PAID and all(
        not line.dropship and line.to_ship > 0 for line in order.lines
    )


def _shelf(tx: Connection, shop_id: str, told: Sequence[OrderSnapshot]) -> _Shelf:
    lines = [line for order in told for line in order.lines]
    rows = tx.execute(
        select(
            listings.c.product_id,
            listings.c.sku_id,
            listings.c.mapped_sku_id,
            listings.c.factor,
            listings.c.sku_code,
            listings.c.barcode,
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
        select(skus.c.id, skus.c.code, skus.c.weight_g).where(
            skus.c.id.in_(ids) | skus.c.code.in_(codes)
        )
    ).all()
    return _Shelf(
        mapped=mapped,
        listed=listed,
        by_code={r.code: r.id for r in goods},
        by_barcode={code: found[0] for code, found in marked.items() if len(found) == 1},
        goods={r.id: (r.code, r.weight_g or 0) for r in goods},
    )


def _prepared(
    work: Workplace, shop_id: str, told: OrderSnapshot, shelf: _Shelf, placing: Placing
) -> _New | None:
    """The order with everything decided, or None when it has to go the long way."""
    lines = [_Line(line, work.key(), *shelf.find(line)) for line in told.lines]
    new = _New(told, work.key(), lines)
    if order_holds.wanted(told, {line.told.line_key: line for line in lines}, work.now()):
        return None
    if told.flow is not Flow.PARCEL or told.status in NOTHING_TO_PACK:
        return new
    if any(line.mapped_sku_id is None for line in lines):
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


def _reserved(tx: Connection, found: list[_New]) -> list[_New]:
    """Those of ``found`` for which there is stock; it is allocated in the balances."""
    wanted = {line.mapped_sku_id for new in found for line in new.packed}
    free: dict[str, int] = {}
    if wanted:
        rows = tx.execute(
            select(stock_balances.c.sku_id, stock_balances.c.available).where(
                stock_balances.c.sku_id.in_(wanted)
            )
        )
        free = {r.sku_id: r.available for r in rows}
    taken: Counter[str] = Counter()
    ready = []
    for new in found:
        needs: Counter[str] = Counter()
        for line in new.packed:
            needs[line.mapped_sku_id or ""] += line.pieces
        if all(free.get(sku, 0) - taken[sku] >= n for sku, n in needs.items()):
            taken.update(needs)
            ready.append(new)
    with tx.begin_nested() as savepoint:
        for sku, n in sorted(taken.items()):  # in a fixed order: two benches must not wait
            done = tx.execute(
                update(stock_balances)
                .where(
                    stock_balances.c.sku_id == sku,
                    stock_balances.c.on_hand - stock_balances.c.allocated >= n,
                )
                .values(allocated=stock_balances.c.allocated + n)
            )
            if done.rowcount != 1:  # another bench was quicker: all go the long way
                savepoint.rollback()
                return []
    return ready


def _write(tx: Connection, work: Workplace, shop_id: str, ready: list[_New], shelf: _Shelf) -> None:
    _write_listings(tx, work, shop_id, ready, shelf)
    tx.execute(insert(orders), [_order_row(work, shop_id, new) for new in ready])
    tx.execute(insert(order_lines), [row for new in ready for row in _line_rows(new)])
    packed = [new for new in ready if new.choice is not None]
    if packed:
        _write_parcels(tx, work, shop_id, packed, shelf)
    notes = [note for new in ready for note in _notes(work, new)]
    tx.execute(insert(audit), notes)


def _write_listings(
    tx: Connection, work: Workplace, shop_id: str, ready: list[_New], shelf: _Shelf
) -> None:
    """Remember listings seen for the first time, so that they can be mapped by hand."""
    fresh = {
        (line.told.product_id, line.told.sku_id): line.told
        for new in reversed(ready)
        for line in reversed(new.lines)
        if (line.told.product_id, line.told.sku_id) not in shelf.listed
    }
    if fresh:
        rows = [
            {
                "id": work.key(),
                "shop_id": shop_id,
                "product_id": line.product_id,
                "sku_id": line.sku_id,
                "title": line.title,
                "spec": line.spec,
            }
            for _, line in sorted(fresh.items())
        ]
        insert_all_new(tx, listings, rows)  # the shop's goods may be read at the same moment


def _order_row(work: Workplace, shop_id: str, new: _New) -> dict[str, Any]:
    told = new.told
    stage = ParcelState.TO_LABEL if new.choice else records.stage_without(told.status)
    words = [w for line in new.lines for w in (line.told.title, line.told.spec, line.told.sku_code)]
    return {
        "id": new.id,
        "shop_id": shop_id,
        "order_id": told.order_id,
        "stage": stage,
        "urged": False,
        "sent_elsewhere": bool(sent_elsewhere.of_new(told)),
        "hold_count": 0,
        "failed": False,
        "search": records.search_text(
            told.order_id,
            told.receiver.as_dict(),
            (told.buyer_note, told.merchant_note),
            (),
            words,
        ),
        "revision": 2,  # written, then brought up to date: as on the long way
        **intake.order_columns(work, told),
    }


def _line_rows(new: _New) -> list[dict[str, Any]]:
    return [
        {
            "id": line.id,
            "order_id": new.id,
            "line_key": line.told.line_key,
            "mapped_sku_id": line.mapped_sku_id,
            "factor": line.factor,
            **intake.line_columns(line.told, position),
        }
        for position, line in enumerate(new.lines)
    ]


def _write_parcels(
    tx: Connection, work: Workplace, shop_id: str, packed: list[_New], shelf: _Shelf
) -> None:
    now = work.now()
    shipment_ids = {new.id: work.key() for new in packed}
    tx.execute(
        insert(shipments), [{"id": shipment_ids[new.id], "created_at": now} for new in packed]
    )
    tx.execute(
        insert(parcels),
        [
            {
                "id": new.parcel_id,
                "shipment_id": shipment_ids[new.id],
                "shop_id": shop_id,
                "state": ParcelState.TO_LABEL,
                "created_at": now,
                "changed_at": now,
                "revision": 2,
                "expected_weight_g": sum(
                    shelf.goods[line.mapped_sku_id or ""][1] * line.pieces for line in new.packed
                ),
                "deadline_at": parcel_making.deadline(
                    [line.told.deadline_at for line in new.packed], new.told
                ),
                **new.choice.columns(),
            }
            for new in packed
            if new.choice is not None
        ],
    )
    pieces = [(new, line) for new in packed for line in new.packed]
    tx.execute(
        insert(parcel_lines),
        [
            {
                "id": new.piece_ids[line.id],
                "parcel_id": new.parcel_id,
                "order_line_id": line.id,
                "sku_id": line.mapped_sku_id,
                "listing_quantity": line.told.to_ship,
                "quantity": line.pieces,
            }
            for new, line in pieces
        ],
    )
    tx.execute(
        insert(stock_moves),
        [
            {
                "at": now,
                "sku_id": line.mapped_sku_id,
                "kind": MoveKind.RESERVE.value,
                "on_hand_delta": 0,
                "allocated_delta": line.pieces,
                "parcel_id": new.parcel_id,
                "user": work.user,
                "bench": work.bench,
            }
            for new, line in pieces
        ],
    )
    tx.execute(
        insert(reservations),
        [
            {
                "id": work.key(),
                "parcel_line_id": new.piece_ids[line.id],
                "sku_id": line.mapped_sku_id,
                "quantity": line.pieces,
                "state": ReservationState.ACTIVE,
                "at": now,
            }
            for new, line in pieces
        ],
    )


def _notes(work: Workplace, new: _New) -> list[dict[str, Any]]:
    told: list[tuple[str, str | None, str | None, Any]] = [("order_new", new.id, None, None)]
    foreign = sent_elsewhere.of_new(new.told)
    told += [("sent_elsewhere", new.id, None, sent_elsewhere.detail_of(p)) for p in foreign]
    if new.choice:
        told += [
            ("parcel_new", new.id, new.parcel_id, None),
            ("checked", None, new.parcel_id, None),
        ]
    return [
        {
            "at": work.now(),
            "user": work.user,
            "bench": work.bench,
            "action": action,
            "order_id": order_id,
            "parcel_id": parcel_id,
            "detail": detail,
        }
        for action, order_id, parcel_id, detail in told
    ]
