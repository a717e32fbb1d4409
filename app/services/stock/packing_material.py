"""Boxes and bags as stock: which one a parcel goes in, and that it is used up with it.

A box never stops a parcel: when the books hold none, they go below zero until somebody counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.errors import UserError
from app.domain.states import OPEN_STATES, MoveKind, ReservationState, SkuKind
from app.domain.text import T
from app.services import records
from app.services.parcels.checking import no_such_parcel
from app.services.stock import ledger
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    reservations,
    skus,
    stock_balances,
    stock_moves,
)

_FILLED = 0.85  # goods never fill a box to the last corner


@dataclass(frozen=True, slots=True)
class Material:
    """A box or bag. Sizes in mm, 0 = not known. ``count_it``: the books say less than nothing."""

    sku_id: str
    sku: str
    name: str
    spec: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int
    on_hand: int
    picture: str

    @property
    def count_it(self) -> bool:
        return self.on_hand < 0

    @property
    def volume(self) -> int:
        """In mm³."""
        return self.length_mm * self.width_mm * self.height_mm


def materials(work: Workplace) -> list[Material]:
    """Every packing material in use, the smallest first."""
    with work.db.read() as tx:
        return _materials(tx)


def say_box(work: Workplace, parcel_id: str, sku: str) -> Material | None:
    """The parcel goes in this box; "" for none of ours. Until it is shipped.

    Raises ``UserError``: ``no_such_parcel``, ``already_shipped``, ``no_such_sku``, ``not_packing``.
    """
    with work.db.write() as tx:
        chosen = _found(tx, sku) if sku else None
        parcel = tx.execute(
            select(parcels.c.state).where(parcels.c.id == parcel_id).with_for_update()
        ).one_or_none()
        if parcel is None:
            raise no_such_parcel(parcel_id)
        if parcel.state not in OPEN_STATES:
            raise UserError(
                "already_shipped",
                T("The parcel has been shipped already."),
                T("Correct the stock of the box instead: stock adjust"),
                ref=parcel_id,
            )
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id)
            .values(box_sku_id=chosen.sku_id if chosen else "", changed_at=work.now())
        )
        detail = {"box": chosen.sku if chosen else ""}
        records.note(tx, work, "box", parcel_id=parcel_id, detail=detail)
    work.changed("parcels")
    return chosen


def suggest(work: Workplace, parcel_id: str) -> Material | None:
    """The smallest box that the parcel's goods fit in, of those that are there.

    ``None`` while the size of a piece is not known, or none is large enough.
    """
    with work.db.read() as tx:
        rows = tx.execute(
            select(skus.c.length_mm, skus.c.width_mm, skus.c.height_mm, parcel_lines.c.quantity)
            .select_from(parcel_lines)
            .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
            .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
        ).all()
        boxes = [box for box in _materials(tx) if box.on_hand > 0]
    sizes = [((r.length_mm, r.width_mm, r.height_mm), r.quantity) for r in rows]
    if not sizes or any(not all(size) for size, _ in sizes):
        return None
    return next((box for box in boxes if _fits(box, sizes)), None)


def box_weight_g(tx: Connection, parcel_id: str) -> int:
    """What the parcel's box weighs, as far as it is said and known."""
    found = tx.execute(
        select(skus.c.weight_g)
        .join(parcels, parcels.c.box_sku_id == skus.c.id)
        .where(parcels.c.id == parcel_id)
    ).scalar()
    return found or 0


def lock(tx: Connection, parcel_id: str) -> None:
    """Goods and box of the parcel in one fixed order: two benches must not wait for each other."""
    box_id = tx.execute(select(parcels.c.box_sku_id).where(parcels.c.id == parcel_id)).scalar()
    boxes = set(_used(tx, parcel_id)) | ({str(box_id)} if box_id else set())
    if not boxes:
        return
    goods = tx.execute(
        select(reservations.c.sku_id)
        .join(parcel_lines, parcel_lines.c.id == reservations.c.parcel_line_id)
        .where(
            parcel_lines.c.parcel_id == parcel_id,
            reservations.c.state != ReservationState.RELEASED,
        )
    ).scalars()
    ledger.lock(tx, boxes | set(goods))


def use(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel is shipped: one box fewer, once, whatever the books say."""
    box_id = tx.execute(select(parcels.c.box_sku_id).where(parcels.c.id == parcel_id)).scalar()
    if not box_id:
        return
    before = _used(tx, parcel_id)
    if any(used > 0 for used in before.values()):
        return
    ledger.ensure_balance(tx, box_id)
    _move(tx, work, parcel_id, box_id, -1)


def give_back(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel is opened again: what was used up for it is there again."""
    for box_id, used in sorted(_used(tx, parcel_id).items()):
        if used > 0:
            _move(tx, work, parcel_id, box_id, used)


def _used(tx: Connection, parcel_id: str) -> dict[str, int]:
    rows = tx.execute(
        select(stock_moves.c.sku_id, func.sum(-stock_moves.c.on_hand_delta).label("pieces"))
        .where(stock_moves.c.parcel_id == parcel_id, stock_moves.c.kind == MoveKind.USE)
        .group_by(stock_moves.c.sku_id)
    )
    return {r.sku_id: int(r.pieces) for r in rows}


def _move(tx: Connection, work: Workplace, parcel_id: str, box_id: str, pieces: int) -> None:
    # The parcel's row is locked; a parcel may be shipped, taken back and shipped again.
    turn = tx.execute(
        select(func.count())
        .select_from(stock_moves)
        .where(stock_moves.c.parcel_id == parcel_id, stock_moves.c.kind == MoveKind.USE)
    ).scalar_one()
    move = ledger.Move(
        box_id, MoveKind.USE, on_hand=pieces, parcel_id=parcel_id, once=f"use:{parcel_id}:{turn}"
    )
    ledger.post(tx, work, move, may_go_negative=True)


def _fits(box: Material, sizes: Sequence[tuple[tuple[int, int, int], int]]) -> bool:
    """By volume, and every piece by its longest sides."""
    inside = sorted((box.length_mm, box.width_mm, box.height_mm))
    wanted = sum(a * b * c * n for (a, b, c), n in sizes)
    whole = all(
        all(side <= room for side, room in zip(sorted(size), inside, strict=True))
        for size, _ in sizes
    )
    # One piece alone may fill its box.
    pieces = sum(n for _, n in sizes)
    return whole and wanted <= box.volume * (1 if pieces == 1 else _FILLED)


def _materials(tx: Connection) -> list[Material]:
    rows = tx.execute(
        _query().where(skus.c.kind == SkuKind.PACKING, skus.c.active).order_by(skus.c.code)
    ).all()
    return sorted((_material(r) for r in rows), key=lambda m: (not m.volume, m.volume, m.sku))


def _found(tx: Connection, sku: str) -> Material:
    row = tx.execute(_query().where(skus.c.id == find_sku(tx, sku))).one()
    if row.kind != SkuKind.PACKING:
        raise UserError(
            "not_packing",
            T("{sku} is no packing material.", sku=row.code),
            T("Choose a box, or make it one: goods set --kind packing"),
            ref=row.code,
        )
    return _material(row)


def _query() -> Any:
    return select(skus, stock_balances.c.on_hand).outerjoin(
        stock_balances, stock_balances.c.sku_id == skus.c.id
    )


def _material(row: Any) -> Material:
    return Material(
        sku_id=row.id,
        sku=row.code,
        name=row.name,
        spec=row.spec,
        length_mm=row.length_mm,
        width_mm=row.width_mm,
        height_mm=row.height_mm,
        weight_g=row.weight_g,
        on_hand=row.on_hand or 0,
        picture=row.picture,
    )
