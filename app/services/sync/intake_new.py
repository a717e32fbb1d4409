"""Ordinary new orders, many at once: a few statements a chunk instead of fifty an order.

Here are those that ``ordinary`` lets pass and that there is stock for, as long as nobody has to be
asked whose turn it is: items that a parcel waits for, or that are not enough for all, go the long
way. So does every other order, and every order seen before, through ``intake.store``. Both ways
write the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.gifts import Bought, bought_line
from app.domain.orders import OrderSnapshot
from app.domain.states import MoveKind, ParcelState, ReservationState
from app.services import records
from app.services.parcels import parcel_making
from app.services.parcels.placing import read_placing
from app.services.stock import gifts, turns
from app.services.sync import intake
from app.services.sync.ordinary import New, Shelf, may_be_ordinary, prepared, shelf_of
from app.services.telling import sent_elsewhere
from app.services.workplace import Workplace
from app.store import word_index
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
    stock_balances,
    stock_moves,
)


def store(
    tx: Connection, work: Workplace, shop_id: str, told: Sequence[OrderSnapshot]
) -> list[OrderSnapshot]:
    """Write those of ``told`` that are ordinary; returns them. None may be in the database yet."""
    chosen = [order for order in told if may_be_ordinary(order)]
    if not chosen:
        return []
    shelf = shelf_of(tx, shop_id, chosen)
    placing = read_placing(tx, shop_id, work.now())
    rules = gifts.active(tx)
    found = [
        new
        for order in chosen
        if (new := prepared(work, shop_id, order, shelf, placing)) is not None
        and not (rules and new.choice and gifts.is_due(rules, _bought(shop_id, new, shelf)))
    ]
    ready = _reserved(tx, found, shelf)
    if ready:
        _write(tx, work, shop_id, ready, shelf)
    return [new.told for new in ready]


def _bought(shop_id: str, new: New, shelf: Shelf) -> Bought:
    """The order as the rules of gifts look at it."""
    lines = [line for line in new.lines if not line.told.is_free_gift and line.mapped_sku_id]
    return Bought(
        shop_id,
        new.told.paid_at,
        [
            bought_line(
                shelf.goods[line.mapped_sku_id or ""][0],
                line.told.quantity,
                line.told.refunded_quantity,
                line.factor,
                line.told.paid_fen,
            )
            for line in lines
        ],
    )


def _reserved(tx: Connection, found: list[New], shelf: Shelf) -> list[New]:
    """Those of ``found`` for which there is stock for all; it is allocated in the balances."""
    wanted = {line.mapped_sku_id for new in found for line in new.packed}
    free: dict[str, int] = {}
    if wanted:
        rows = tx.execute(
            select(stock_balances.c.sku_id, stock_balances.c.available).where(
                stock_balances.c.sku_id.in_(wanted)
            )
        )
        free = {r.sku_id: r.available for r in rows}
    needs = [_needs(new) for new in found]
    in_all = sum(needs, Counter[str]())
    scarce = {sku for sku, n in in_all.items() if free.get(sku, 0) < n}
    awaited = turns.wanted_by_others(tx) if wanted else set()
    scarce |= {sku for sku in in_all if shelf.goods[sku][0] in awaited}
    ready = [new for new, its in zip(found, needs, strict=True) if not scarce & set(its)]
    taken = sum((_needs(new) for new in ready), Counter[str]())
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


def _needs(new: New) -> Counter[str]:
    needs: Counter[str] = Counter()
    for line in new.packed:
        needs[line.mapped_sku_id or ""] += line.pieces
    return needs


def _write(tx: Connection, work: Workplace, shop_id: str, ready: list[New], shelf: Shelf) -> None:
    _write_listings(tx, work, shop_id, ready, shelf)
    rows = [_order_row(work, shop_id, new) for new in ready]
    tx.execute(insert(orders), rows)
    word_index.put(tx, ((row["id"], shop_id, row["search"]) for row in rows))
    tx.execute(insert(order_lines), [row for new in ready for row in _line_rows(new)])
    packed = [new for new in ready if new.choice is not None]
    if packed:
        _write_parcels(tx, work, shop_id, packed, shelf)
    notes = [note for new in ready for note in _notes(work, new)]
    tx.execute(insert(audit), notes)


def _write_listings(
    tx: Connection, work: Workplace, shop_id: str, ready: list[New], shelf: Shelf
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


def _order_row(work: Workplace, shop_id: str, new: New) -> dict[str, Any]:
    told = new.told
    stage = ParcelState.TO_LABEL if new.choice else records.stage_without(told.status)
    words = [w for line in new.lines for w in (line.told.title, line.told.spec, line.told.sku_code)]
    return {
        "id": new.id,
        "shop_id": shop_id,
        "order_id": told.order_id,
        "stage": stage,
        "urged": False,
        "gifts_at": work.now() if new.choice else None,  # looked at: nothing is due
        "sent_elsewhere": bool(sent_elsewhere.of_new(told)),
        "hold_count": 0,
        "failed": False,
        "carrier": new.choice.columns()["carrier"] or "" if new.choice else "",
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


def _line_rows(new: New) -> list[dict[str, Any]]:
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
    tx: Connection, work: Workplace, shop_id: str, packed: list[New], shelf: Shelf
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


def _notes(work: Workplace, new: New) -> list[dict[str, Any]]:
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
