"""What came back: looked at, and put on the shelf again or kept apart as defective."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from app.domain.after_sales import AfterSaleKind, AfterSaleStage
from app.domain.errors import UserError
from app.domain.states import MoveKind, ReservationState, SerialState
from app.domain.text import T
from app.services import records
from app.services.after_sales import storing
from app.services.after_sales.steps import Answered
from app.services.parcels import checking
from app.services.stock import composition, ledger, line_parts, mapping, serials
from app.services.workplace import Workplace
from app.store.tables import (
    after_sales,
    order_lines,
    parcel_lines,
    skus,
    stock_batches,
    stock_moves,
)

_COMES_BACK = frozenset({AfterSaleKind.RETURN, AfterSaleKind.EXCHANGE})


@dataclass(frozen=True, slots=True)
class Back:
    """An item of the shelf in a case: ``pieces`` of it were asked back, gifts among them."""

    sku_id: str
    code: str
    pieces: int


def received(
    work: Workplace,
    shop_id: str,
    after_sale_id: str,
    good: int | Mapping[str, int],
    bad: int | Mapping[str, int] = 0,
    note: str = "",
) -> Answered:
    """The returned goods were looked at: good pieces go to the shelf, bad ones are kept
    apart as defective.

    A number is meant for the one item of the case; with gifts give pieces by SKU code. Pieces count
    the SKU. Stock moves once, however often it is said; the money is a step of its own.

    Raises ``UserError``: ``no_such_after_sale``, ``nothing_comes_back``, ``unmapped``,
    ``bad_quantity``.
    """
    with work.db.write() as tx:
        row = storing.row_of(tx, shop_id, after_sale_id)
        if row is None or row.raw is None:
            raise no_such(after_sale_id)
        if row.received_at is not None:
            return Answered(shop_id, after_sale_id, "kept", row.stage, row.status)
        if row.kind not in _COMES_BACK and not row.return_number:
            raise UserError(
                "nothing_comes_back",
                T("No goods come back with this after-sale."),
                T("To put pieces on the shelf use: stock adjust"),
                ref=after_sale_id,
            )
        goods = _goods(tx, row)
        counted = _counted(goods, good, bad, after_sale_id)
        for item, (whole, broken) in zip(goods, counted, strict=True):
            once = f"return:{row.shop_id}:{row.after_sale_id}:{item.sku_id}"
            for sku_id, each in _comes_back_as(tx, row, item.sku_id):
                own = once if sku_id == item.sku_id else f"{once}:{sku_id}"
                _move(tx, work, row, sku_id, whole * each, broken * each, own)
        stage = row.stage
        if row.kind == AfterSaleKind.EXCHANGE and stage == AfterSaleStage.RETURNED:
            stage = AfterSaleStage.SHIP_EXCHANGE
        tx.execute(
            update(after_sales)
            .where(after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id)
            .values(received_at=work.now(), received_note=note.strip()[:256], stage=stage)
        )
        records.note(
            tx,
            work,
            "after_sale_received",
            order_id=row.order_id,
            detail={
                "after_sale": after_sale_id,
                "goods": [
                    [i.code, whole, broken]
                    for i, (whole, broken) in zip(goods, counted, strict=True)
                ],
            },
        )
    checking.recheck(work)  # parcels that lacked these pieces go on
    work.changed("after_sales", "stock")
    return Answered(shop_id, after_sale_id, "done", stage, row.status)


def no_such(after_sale_id: str) -> UserError:
    """The refusal for an after-sale that is not known here."""
    return UserError(
        "no_such_after_sale",
        T("There is no after-sale {id} here.", id=after_sale_id),
        T("List them with: aftersales list"),
        ref=after_sale_id,
    )


def _goods(tx: Connection, row: Any) -> list[Back]:
    """What was asked back; a bought and a free piece of one item are counted together."""
    found: dict[str, Back] = {}
    for told in row.goods or ():
        line = tx.execute(
            select(order_lines.c.mapped_sku_id, order_lines.c.factor)
            .where(
                order_lines.c.order_id == row.order_id,
                order_lines.c.product_id == told["product_id"],
                order_lines.c.sku_id == told["sku_id"],
            )
            .limit(1)
        ).one_or_none()
        if line is not None and line.mapped_sku_id is not None:
            sku_id, factor = line.mapped_sku_id, line.factor
        else:
            mapped = mapping.lookup(
                tx, row.shop_id, told["product_id"], told["sku_id"], told["sku_code"], ""
            )
            if mapped is None:
                raise UserError(
                    "unmapped",
                    T("Nobody has said yet which item on the shelf these goods are."),
                    T("Map the listing first, then say again what came back."),
                    ref=row.after_sale_id,
                )
            sku_id, factor = mapped.sku_id, mapped.factor
        code = tx.execute(select(skus.c.code).where(skus.c.id == sku_id)).scalar_one()
        before = found[sku_id].pieces if sku_id in found else 0
        found[sku_id] = Back(sku_id, code, before + int(told["quantity"]) * factor)
    return list(found.values())


def _counted(
    goods: list[Back], good: int | Mapping[str, int], bad: int | Mapping[str, int], ref: str
) -> list[tuple[int, int]]:
    """Good and bad pieces per item; never more than were asked back."""
    if isinstance(good, int) and isinstance(bad, int) and len(goods) > 1:
        names = ", ".join(f"{g.code} ×{g.pieces}" for g in goods)
        raise _bad_quantity(T("Say it item by item, like CODE=1."), names, ref)
    counted = [
        (
            good if isinstance(good, int) else good.get(g.code, 0),
            bad if isinstance(bad, int) else bad.get(g.code, 0),
        )
        for g in goods
    ]
    named = [counts for counts in (good, bad) if isinstance(counts, Mapping)]
    strange = {code for counts in named for code in counts} - {g.code for g in goods}
    wrong = any(
        whole < 0 or broken < 0 or whole + broken > g.pieces
        for g, (whole, broken) in zip(goods, counted, strict=True)
    )
    if strange or wrong or not any(w + b for w, b in counted):
        names = ", ".join(f"{g.code} ×{g.pieces}" for g in goods)
        raise _bad_quantity(T("Count what came back again."), names, ref)
    return counted


def _bad_quantity(remedy: Any, names: str, ref: str) -> UserError:
    return UserError(
        "bad_quantity", T("This after-sale is about {goods}.", goods=names or "-"), remedy, ref=ref
    )


def _comes_back_as(tx: Connection, row: Any, sku_id: str) -> list[tuple[str, int]]:
    """What a returned piece is on the shelf: a bundle that left in parts comes back in parts.

    SKU and pieces in one, in the order of their ids.
    """
    lines = list(
        tx.execute(
            select(parcel_lines.c.id)
            .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
            .where(order_lines.c.order_id == row.order_id, parcel_lines.c.sku_id == sku_id)
            .order_by(parcel_lines.c.id)
        ).scalars()
    )
    left = line_parts.reserved(tx, lines, ReservationState.SHIPPED)
    for line, parts in line_parts.kept(tx, lines).items():
        if set(parts) == set(left.get(line, {})):
            return sorted(parts.items())
    if any(sku_id in taken for taken in left.values()):
        return [(sku_id, 1)]
    return sorted(composition.parts_of(tx, [sku_id]).get(sku_id, {sku_id: 1}).items())


def _move(
    tx: Connection, work: Workplace, row: Any, sku_id: str, whole: int, broken: int, once: str
) -> None:
    """Good pieces lie at home again, in the batches they left with; bad ones are not for sale."""
    ledger.ensure_balance(tx, sku_id)
    sent_with = records.parcels_of(tx, row.order_id)
    ledger.lock(tx, [sku_id])
    if whole:
        ledger.post(
            tx,
            work,
            ledger.Move(
                sku_id,
                MoveKind.RETURN,
                on_hand=whole,
                reference=row.after_sale_id,
                once=once,
                places=_places(tx, sent_with, sku_id, whole),
            ),
        )
    if broken:
        ledger.post(
            tx,
            work,
            ledger.Move(
                sku_id,
                MoveKind.RETURN_BAD,
                defective=broken,
                reference=row.after_sale_id,
                once=f"{once}:bad",
            ),
        )
    _numbers(tx, work, row, sku_id, sent_with, whole, broken)


def _places(
    tx: Connection, sent_with: Sequence[str], sku_id: str, pieces: int
) -> tuple[ledger.Place, ...]:
    """Home, by batch: of several that left with the order, the first to expire came back."""
    home = tx.execute(select(skus.c.bin).where(skus.c.id == sku_id)).scalar_one()
    sent = tx.execute(
        select(stock_moves.c.batch_id, func.sum(-stock_moves.c.on_hand_delta).label("pieces"))
        .join(stock_batches, stock_batches.c.id == stock_moves.c.batch_id)
        .where(
            stock_moves.c.parcel_id.in_(sent_with),
            stock_moves.c.sku_id == sku_id,
            stock_moves.c.kind.in_([MoveKind.SHIP, MoveKind.UNSHIP]),
        )
        .group_by(stock_moves.c.batch_id, stock_batches.c.expires_on)
        .order_by(stock_batches.c.expires_on, stock_moves.c.batch_id)
    )
    places, left = [], pieces
    for batch in sent:
        n = min(left, max(0, int(batch.pieces)))
        if n:
            places.append((home, batch.batch_id, n))
            left -= n
    if left:
        places.append((home, "", left))
    return tuple(places)


def _numbers(
    tx: Connection,
    work: Workplace,
    row: Any,
    sku_id: str,
    sent_with: Sequence[str],
    whole: int,
    broken: int,
) -> None:
    """Numbered pieces are here again when it is plain which they are: all that left, all alike."""
    if not (whole and broken) and serials.out_with(tx, sent_with, sku_id) == whole + broken:
        kind, state = (
            (MoveKind.RETURN, SerialState.IN)
            if whole
            else (MoveKind.RETURN_BAD, SerialState.DEFECTIVE)
        )
        for parcel_id in sent_with:
            serials.back_with(
                tx, work, parcel_id, kind, sku_id=sku_id, state=state, reference=row.after_sale_id
            )
