"""The other goods of an exchange, or goods sent once more: packed like any parcel.

They change stock but not the lines of the order, and the shop hears of them through the after-sale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.after_sales import AfterSaleKind, AfterSaleStage
from app.domain.errors import UserError
from app.domain.states import OPEN_STATES, HoldCode, MoveKind, OutboxState, ParcelState
from app.domain.text import T
from app.services import records
from app.services.after_sales import storing
from app.services.after_sales.fetching import refresh
from app.services.after_sales.returns import no_such
from app.services.after_sales.steps import stage_words
from app.services.numbers import numbers
from app.services.orders import exchange_rows, holding
from app.services.parcels import checking, parcel_moves
from app.services.stock import composition, ledger, mapping, needs
from app.services.workplace import Workplace
from app.store.tables import (
    after_sales,
    order_lines,
    outbox,
    parcel_lines,
    parcels,
    skus,
)

SHIPS_WITHIN = timedelta(hours=48)  # where the case names no deadline
_SENDS = frozenset({AfterSaleKind.EXCHANGE, AfterSaleKind.RESEND})
_READY = frozenset({AfterSaleStage.SHIP_EXCHANGE, AfterSaleStage.RETURNED})


@dataclass(frozen=True, slots=True)
class Part:
    """Goods to be sent: pieces of a listing, which are ``factor`` pieces of a SKU each."""

    order_line_id: str
    sku_id: str
    factor: int
    pieces: int


def make_parcel(work: Workplace, shop_id: str, after_sale_id: str) -> str:
    """The parcel with the other goods, made once: reserved, checked and labelled like any other.

    Returns its id. Raises ``UserError``: ``no_such_after_sale``, ``after_sale_step``, ``unmapped``,
    ``exchange_sent`` (a number was told already).
    """
    _bring_in(work, shop_id, after_sale_id)
    with work.db.write() as tx:
        row = _ready(tx, shop_id, after_sale_id)
        known = _live_parcel(tx, shop_id, after_sale_id)
        if known is not None:
            return str(known.id)
        told = _told_number(tx, shop_id, after_sale_id)
        if told:
            raise _sent(after_sale_id, told)
        parts = _parts(tx, work, row)
        parcel_id = parcel_moves.new_parcel(tx, work, shop_id)
        _fill(tx, work, row, parcel_id, parts)
        records.note(
            tx,
            work,
            "exchange_parcel",
            order_id=row.order_id,
            parcel_id=parcel_id,
            detail={"after_sale": after_sale_id},
        )
        checking.advance(tx, work, parcel_id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    work.changed("orders", "parcels", "stock", "after_sales")
    return parcel_id


def ship(work: Workplace, shop_id: str, after_sale_id: str, company: str, number: str) -> str:
    """Say that the other goods left with a number from elsewhere; the outbox tells the shop.

    A parcel of this exchange that is already on its way is told with this number instead. Returns
    ``queued`` or ``kept``. Raises ``UserError``: ``exchange_carrier``, ``bad_number``,
    ``exchange_parcel`` (it waits at the bench), ``exchange_sent``; see ``make_parcel``.
    """
    clean = numbers.typed(number, after_sale_id)
    _must_be_named(after_sale_id, company)
    _bring_in(work, shop_id, after_sale_id)
    with work.db.write() as tx:
        told = _told_number(tx, shop_id, after_sale_id)
        if told == clean:
            return "kept"
        if told:
            raise _sent(after_sale_id, told)
        row = _ready(tx, shop_id, after_sale_id)
        parcel = _live_parcel(tx, shop_id, after_sale_id)
        if parcel is not None and parcel.state in OPEN_STATES:
            raise UserError(
                "exchange_parcel",
                T("A parcel for this exchange waits: {parcel}", parcel=parcel.id),
                T("Pack and ship it; the shop hears of it by itself."),
                ref=after_sale_id,
            )
        if parcel is None:
            _take_from_shelf(tx, work, row)
        else:
            _send_again(tx, work, parcel.id)
        exchange_rows.queue(
            tx,
            work,
            shop_id,
            after_sale_id,
            company,
            clean,
            parcel_id=parcel.id if parcel is not None else None,
        )
        records.note(
            tx,
            work,
            "exchange_by_hand",
            order_id=row.order_id,
            parcel_id=parcel.id if parcel is not None else None,
            detail={"after_sale": after_sale_id, "waybill": clean},
        )
    work.changed("outbox", "stock", "after_sales")
    return "queued"


def _bring_in(work: Workplace, shop_id: str, after_sale_id: str) -> None:
    """Ask the shop once more before goods move: the buyer may have withdrawn."""
    with work.db.read() as tx:
        if storing.row_of(tx, shop_id, after_sale_id) is None:
            raise no_such(after_sale_id)
    refresh(work, shop_id, [after_sale_id])


def _ready(tx: Connection, shop_id: str, after_sale_id: str) -> Any:
    row = tx.execute(
        select(after_sales)
        .where(after_sales.c.shop_id == shop_id, after_sales.c.after_sale_id == after_sale_id)
        .with_for_update()
    ).one()
    if row.kind not in _SENDS or row.stage not in _READY:
        raise UserError(
            "after_sale_step",
            T("Nothing is to be sent for this after-sale: {stage}", stage=stage_words(row.stage)),
            T("Look at it with: aftersales show {id}", id=after_sale_id),
            ref=after_sale_id,
        )
    return row


def _live_parcel(tx: Connection, shop_id: str, after_sale_id: str) -> Any:
    return tx.execute(
        select(parcels)
        .where(
            parcels.c.shop_id == shop_id,
            parcels.c.after_sale_id == after_sale_id,
            parcels.c.state != ParcelState.CANCELLED,
        )
        .limit(1)
    ).one_or_none()


def _told_number(tx: Connection, shop_id: str, after_sale_id: str) -> str:
    """The number that was told or is about to be, "" when none (a refused one is none)."""
    over = {OutboxState.REFUSED, OutboxState.SUPERSEDED}
    live = [r for r in exchange_rows.rows_of(tx, shop_id, after_sale_id) if r.state not in over]
    return str(live[-1].payload["number"]) if live else ""


def _parts(tx: Connection, work: Workplace, row: Any) -> list[Part]:
    parts: list[Part] = []
    for told in row.goods or ():
        exchanged = row.kind == AfterSaleKind.EXCHANGE
        if exchanged and told["gift"]:
            continue  # a gift goes back with its goods and is not sent anew
        line = tx.execute(
            select(order_lines)
            .where(
                order_lines.c.order_id == row.order_id,
                order_lines.c.product_id == told["product_id"],
                order_lines.c.sku_id == told["sku_id"],
            )
            .order_by(order_lines.c.position)
            .limit(1)
        ).one_or_none()
        if line is None:
            raise UserError(
                "after_sale_order",
                T("The order of this after-sale, or its goods, are not known here."),
                T("Fetch it with: sync, then try again."),
                ref=row.after_sale_id,
            )
        sku_id, code = told["sku_id"], told["sku_code"]
        if exchanged and row.new_sku_id:
            sku_id, code = row.new_sku_id, row.new_sku_code
        found = mapping.lookup(tx, row.shop_id, told["product_id"], sku_id, code, "")
        if found is None and sku_id == line.sku_id and line.mapped_sku_id is not None:
            found = mapping.Mapped(line.mapped_sku_id, line.factor)
        if found is None:
            raise _unmapped(row, told["product_id"], sku_id, code)
        parts.append(Part(line.id, found.sku_id, found.factor, int(told["quantity"])))
    return parts


def _fill(tx: Connection, work: Workplace, row: Any, parcel_id: str, parts: list[Part]) -> None:
    for part in parts:
        tx.execute(
            insert(parcel_lines).values(
                id=work.key(),
                parcel_id=parcel_id,
                order_line_id=part.order_line_id,
                sku_id=part.sku_id,
                listing_quantity=part.pieces,
                quantity=part.pieces * part.factor,
            )
        )
    weight_g = tx.execute(
        select(func.sum(composition.weight_g() * parcel_lines.c.quantity))
        .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
        .where(parcel_lines.c.parcel_id == parcel_id)
    ).scalar()
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel_id)
        .values(
            after_sale_id=row.after_sale_id,
            deadline_at=row.deadline_at or work.now() + SHIPS_WITHIN,
            expected_weight_g=int(weight_g or 0),
        )
    )


def _take_from_shelf(tx: Connection, work: Workplace, row: Any) -> None:
    """The goods left without a parcel of ours: the shelf holds less all the same."""
    for position, part in enumerate(_parts(tx, work, row)):  # a gift may be the same item
        once = f"exchange:{row.shop_id}:{row.after_sale_id}:{position}"
        for sku_id, pieces in needs.taken_for(tx, part.sku_id, part.pieces * part.factor):
            ledger.ensure_balance(tx, sku_id)
            ledger.post(
                tx,
                work,
                ledger.Move(
                    sku_id,
                    MoveKind.SHIP,
                    on_hand=-pieces,
                    reference=row.after_sale_id,
                    once=once if sku_id == part.sku_id else f"{once}:{sku_id}",
                ),
                may_go_negative=True,  # it has left, whatever the figure says
            )


def _send_again(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The shop refused the parcel's number: this one takes its place."""
    tx.execute(
        update(outbox)
        .where(outbox.c.parcel_id == parcel_id, outbox.c.state == OutboxState.REFUSED)
        .values(state=OutboxState.SUPERSEDED)
    )
    holding.clear(tx, work, HoldCode.REPORT_REFUSED, parcel_id=parcel_id, why="another number")


def _must_be_named(after_sale_id: str, company: str) -> None:
    if not company.strip() or company.strip().upper() == "OTHER":
        raise UserError(
            "exchange_carrier",
            T("The platform wants the carrier of an exchange by name."),
            T("Name the carrier, for example sf or zto."),
            ref=after_sale_id,
        )


def _sent(after_sale_id: str, number: str) -> UserError:
    return UserError(
        "exchange_sent",
        T("This exchange was already sent with {number}.", number=number),
        T("Nothing has to be done."),
        ref=after_sale_id,
    )


def _unmapped(row: Any, product_id: str, sku_id: str, code: str) -> UserError:
    return UserError(
        "unmapped",
        T("Nobody has said yet which item on the shelf {code} is.", code=code or sku_id),
        T("Map the listing {product} {sku} first, then try again.", product=product_id, sku=sku_id),
        ref=row.after_sale_id,
    )
