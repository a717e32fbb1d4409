"""Single pieces by their numbers: which are here, which went with what parcel, and since when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, SerialState
from app.domain.text import T
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import (
    parcel_lines,
    parcels,
    serial_events,
    skus,
    stock_serials,
)

_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")


@dataclass(frozen=True, slots=True)
class SerialRow:
    """Where a numbered piece is."""

    sku: str
    serial: str
    state: str
    parcel: str
    reference: str
    received_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SerialEvent:
    """What happened to a numbered piece, and to which of the SKUs that have this number."""

    at: datetime
    sku: str
    serial: str
    kind: str
    state: str
    parcel: str
    reference: str
    user: str
    bench: str


def come_in(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    numbers: Sequence[str],
    quantity: int,
    *,
    reference: str = "",
    operation: str = "",
) -> None:
    """Note the numbers of ``quantity`` received pieces, when the SKU is kept by number.

    The SKU's balance row is locked. Raises ``UserError``: ``serials_missing``, ``bad_serial``,
    ``serial_here``.
    """
    sku = tx.execute(select(skus.c.code, skus.c.serial_tracked).where(skus.c.id == sku_id)).one()
    clean = [cleaned(n, sku.code) for n in numbers]
    if not clean and not sku.serial_tracked:
        return
    if len(clean) != quantity or len(set(clean)) != quantity:
        raise UserError(
            "serials_missing",
            T(
                "{sku} is kept by number: {n} pieces need {n} different numbers, not {have}.",
                sku=sku.code,
                n=quantity,
                have=len(set(clean)),
            ),
            T("Scan the serial number of each piece: --serial"),
            ref=sku.code,
        )
    here = tx.execute(
        select(stock_serials.c.serial)
        .where(
            stock_serials.c.sku_id == sku_id,
            stock_serials.c.serial.in_(clean),
            stock_serials.c.state != SerialState.OUT,
        )
        .limit(1)
    ).scalar()
    if here is not None:
        raise UserError(
            "serial_here",
            T("The piece {serial} of {sku} is here already.", serial=here, sku=sku.code),
            T("Look at it with: stock serials {serial}", serial=here),
            ref=sku.code,
        )
    put(
        tx,
        work,
        sku_id,
        clean,
        SerialState.IN,
        MoveKind.RECEIVE,
        reference=reference,
        operation=operation,
    )


def cleaned(number: str, ref: str = "") -> str:
    """A serial number as it is stored. Raises ``UserError`` (``bad_serial``)."""
    plain = re.sub(r"\s", "", number)
    if not _SERIAL.fullmatch(plain):
        raise UserError(
            "bad_serial",
            T("“{number}” is no serial number.", number=number),
            T("Scan the serial number on the product or its box."),
            ref=ref,
        )
    return plain


def put(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    numbers: Iterable[str],
    state: SerialState,
    kind: MoveKind,
    *,
    parcel_id: str | None = None,
    reference: str = "",
    operation: str = "",
) -> None:
    """Say where these pieces are now; one that is not known is made. Its history grows."""
    for number in sorted(numbers):
        where = (stock_serials.c.sku_id == sku_id) & (stock_serials.c.serial == number)
        before = tx.execute(select(stock_serials).where(where)).one_or_none()
        values: dict[str, Any] = {
            "state": state,
            "parcel_id": parcel_id,
            "changed_at": work.now(),
        }
        if reference:
            values["reference"] = reference[:128]
        if before is None:
            tx.execute(
                insert(stock_serials).values(
                    sku_id=sku_id, serial=number, received_at=work.now(), **values
                )
            )
        else:
            if kind is MoveKind.RECEIVE:
                values["received_at"] = work.now()
            tx.execute(update(stock_serials).where(where).values(**values))
        tx.execute(
            insert(serial_events).values(
                at=work.now(),
                sku_id=sku_id,
                serial=number,
                kind=kind,
                state=state,
                before=before.state if before is not None else "",
                parcel_id=parcel_id if parcel_id or before is None else before.parcel_id,
                reference=reference[:128],
                user=work.user,
                bench=work.bench,
                operation=operation,
            )
        )


def turn(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    numbers: Sequence[str],
    wanted: SerialState,
    state: SerialState,
    kind: MoveKind,
    operation: str,
) -> None:
    """Pieces that are ``wanted`` become ``state``. Raises ``UserError`` (``serial_not_here``)."""
    clean = [cleaned(n) for n in numbers]
    found = set(
        tx.execute(
            select(stock_serials.c.serial).where(
                stock_serials.c.sku_id == sku_id,
                stock_serials.c.serial.in_(clean),
                stock_serials.c.state == wanted,
            )
        ).scalars()
    )
    for number in clean:
        if number not in found:
            raise not_here(number)
    put(tx, work, sku_id, clean, state, kind, operation=operation)


def not_here(number: str) -> UserError:
    """The refusal for a piece that is not where it should be."""
    return UserError(
        "serial_not_here",
        T("The piece {serial} is not here.", serial=number),
        T("Look at it with: stock serials {serial}", serial=number),
        ref=number,
    )


def gone_with(tx: Connection, work: Workplace, parcel_id: str) -> None:
    """The parcel left: its number is out. One that nobody received is noted all the same."""
    noted = tx.execute(select(parcels.c.serials).where(parcels.c.id == parcel_id)).scalar() or {}
    number = noted.get("serial")
    if not number:
        return
    goods = tx.execute(
        select(parcel_lines.c.sku_id, skus.c.serial_tracked)
        .join(skus, skus.c.id == parcel_lines.c.sku_id)
        .where(parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0)
        .order_by(parcel_lines.c.sku_id)
    ).all()
    known = tx.execute(
        select(stock_serials.c.sku_id)
        .where(
            stock_serials.c.serial == number,
            stock_serials.c.sku_id.in_({g.sku_id for g in goods}),
        )
        .order_by(stock_serials.c.sku_id)
        .limit(1)
    ).scalar()
    tracked = sorted({g.sku_id for g in goods if g.serial_tracked})
    sku_id = known or (tracked[0] if len(tracked) == 1 else None)
    if sku_id is not None:
        put(tx, work, sku_id, [number], SerialState.OUT, MoveKind.SHIP, parcel_id=parcel_id)


def out_with(tx: Connection, parcel_ids: Sequence[str], sku_id: str) -> int:
    """How many numbered pieces of the SKU left with these parcels and are not back."""
    return tx.execute(
        select(func.count())
        .select_from(stock_serials)
        .where(
            stock_serials.c.parcel_id.in_(parcel_ids),
            stock_serials.c.sku_id == sku_id,
            stock_serials.c.state == SerialState.OUT,
        )
    ).scalar_one()


def back_with(
    tx: Connection,
    work: Workplace,
    parcel_id: str,
    kind: MoveKind,
    *,
    sku_id: str | None = None,
    state: SerialState = SerialState.IN,
    reference: str = "",
) -> int:
    """What left with the parcel is here again; how many pieces."""
    query = select(stock_serials.c.sku_id, stock_serials.c.serial).where(
        stock_serials.c.parcel_id == parcel_id, stock_serials.c.state == SerialState.OUT
    )
    if sku_id is not None:
        query = query.where(stock_serials.c.sku_id == sku_id)
    rows = tx.execute(query.order_by(stock_serials.c.sku_id, stock_serials.c.serial)).all()
    for row in rows:
        put(tx, work, row.sku_id, [row.serial], state, kind, reference=reference)
    return len(rows)


def list_serials(
    work: Workplace, sku: str | None = None, state: SerialState | None = None, limit: int = 200
) -> list[SerialRow]:
    """Numbered pieces, those that changed last in front."""
    query = (
        select(stock_serials, skus.c.code)
        .join(skus, skus.c.id == stock_serials.c.sku_id)
        .order_by(stock_serials.c.changed_at.desc(), stock_serials.c.serial)
        .limit(limit)
    )
    with work.db.read() as tx:
        if sku is not None:
            query = query.where(stock_serials.c.sku_id == find_sku(tx, sku))
        if state is not None:
            query = query.where(stock_serials.c.state == state)
        rows = tx.execute(query).all()
    return [
        SerialRow(
            r.code, r.serial, r.state, r.parcel_id or "", r.reference, r.received_at, r.changed_at
        )
        for r in rows
    ]


def history(work: Workplace, serial: str) -> list[SerialEvent]:
    """All that happened to pieces with this number, the oldest first.

    Raises ``UserError`` (``no_such_serial``).
    """
    number = re.sub(r"\s", "", serial)
    with work.db.read() as tx:
        owners = select(stock_serials.c.sku_id).where(stock_serials.c.serial == number)
        rows = tx.execute(
            select(serial_events, skus.c.code)
            .join(skus, skus.c.id == serial_events.c.sku_id)
            .where(serial_events.c.sku_id.in_(owners), serial_events.c.serial == number)
            .order_by(serial_events.c.id)
        ).all()
    if not rows:
        raise UserError(
            "no_such_serial",
            T("No piece with the number {serial} was ever here.", serial=number),
            T("Check the number; letters and digits both count."),
            ref=number,
        )
    return [
        SerialEvent(
            r.at,
            r.code,
            r.serial,
            r.kind,
            r.state,
            r.parcel_id or "",
            r.reference,
            r.user,
            r.bench,
        )
        for r in rows
    ]
