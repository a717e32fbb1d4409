"""Taking back what a person did by hand, as long as it is still true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import UserError
from app.domain.states import MoveKind, SerialState
from app.domain.text import T
from app.services.stock import ledger, serials
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace
from app.store.tables import serial_events, skus, stock_balances, stock_moves, stock_serials

BY_HAND = frozenset(
    {
        MoveKind.RECEIVE,
        MoveKind.ADJUST,
        MoveKind.TRANSFER,
        MoveKind.DEFECT,
        MoveKind.MEND,
        MoveKind.DISCARD,
        MoveKind.BUILD,
        MoveKind.EXPECT,
        MoveKind.COUNT,
    }
)
"""What can be taken back here; parcels have ways of their own (take back, cancel)."""

_LOOK_BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Operation:
    """One action of a person: what it did to the shelf, and whether it was taken back."""

    id: str
    at: datetime
    kind: str
    skus: tuple[str, ...]
    pieces: int
    user: str
    bench: str
    undone: bool = False


def recent(work: Workplace, limit: int = 20, *, mine: bool = True) -> list[Operation]:
    """What was done by hand in the last day, the newest first; ``mine``: by this person, here."""
    with work.db.read() as tx:
        return _recent(tx, work, limit, mine=mine)


def undo_last(work: Workplace) -> Operation:
    """Take back the last action of this person at this bench that still stands.

    Raises ``UserError``: ``nothing_to_undo``, and what ``undo`` raises.
    """
    with work.db.read() as tx:
        found = next((o for o in _recent(tx, work, 200, mine=True) if not o.undone), None)
    if found is None:
        raise UserError(
            "nothing_to_undo",
            T("There is nothing of yours to take back."),
            T("See what happened with: stock moves"),
        )
    undo(work, found.id)
    return found


def undo(work: Workplace, operation: str) -> str:
    """Take an action back: its inverse, all of it or nothing. Returns the operation that did it.

    Raises ``UserError``: ``no_such_operation``, ``not_undoable``, ``already_undone``,
    ``undo_too_late`` (the pieces were moved, or parcels have them).
    """
    new = work.key()
    with work.db.write() as tx:
        rows = _rows(tx, operation)
        ledger.lock(tx, {r.sku_id for r in rows})
        if ledger.is_known(tx, _once(operation)):
            raise UserError(
                "already_undone",
                T("That was taken back already."),
                T("Nothing has to be done."),
                ref=operation,
            )
        before = _available(tx, rows)
        for n, (row, back) in enumerate(_pairs(rows)):
            once = _once(operation) if n == 0 else f"{_once(operation)}/{n}"
            if not _post_inverse(tx, work, row, back, operation, new, once):
                raise _too_late(tx, row.sku_id, operation)
        for sku_id, available in _available(tx, rows).items():
            if available < 0 and available < before[sku_id]:
                raise _too_late(tx, sku_id, operation)
        _serials_back(tx, work, operation, new)
        let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return new


def _once(operation: str) -> str:
    return f"undo:{operation}"


def _recent(tx: Connection, work: Workplace, limit: int, *, mine: bool) -> list[Operation]:
    query = (
        select(stock_moves, skus.c.code)
        .join(skus, skus.c.id == stock_moves.c.sku_id)
        .where(
            stock_moves.c.at > work.now() - _LOOK_BACK,
            stock_moves.c.operation != "",
            stock_moves.c.undoes == "",
            stock_moves.c.line_id == "",  # a paper is corrected by another one
            stock_moves.c.kind.in_(BY_HAND),
        )
        .order_by(stock_moves.c.id.desc())
        .limit(5000)
    )
    if mine:
        query = query.where(stock_moves.c.user == work.user, stock_moves.c.bench == work.bench)
    groups: dict[str, list[Any]] = {}
    for row in tx.execute(query):
        groups.setdefault(row.operation, []).append(row)
    found = list(groups.items())[:limit]
    undone = set(
        tx.execute(
            select(stock_moves.c.once).where(stock_moves.c.once.in_([_once(i) for i, _ in found]))
        ).scalars()
    )
    return [
        Operation(
            operation,
            rows[-1].at,
            rows[-1].kind,
            tuple(dict.fromkeys(r.code for r in reversed(rows))),
            sum(abs(r.on_hand_delta) or abs(r.defective_delta) for r in rows)
            // (2 if rows[-1].kind == MoveKind.TRANSFER else 1),
            rows[-1].user,
            rows[-1].bench,
            _once(operation) in undone,
        )
        for operation, rows in found
    ]


def _rows(tx: Connection, operation: str) -> list[Any]:
    rows = list(
        tx.execute(
            select(stock_moves)
            .where(stock_moves.c.operation == operation, stock_moves.c.operation != "")
            .order_by(stock_moves.c.sku_id, stock_moves.c.id)
        )
    )
    if not rows:
        raise UserError(
            "no_such_operation",
            T("There is no action {operation} in the ledger.", operation=operation),
            T("See what happened with: stock moves"),
            ref=operation,
        )
    if any(r.kind not in BY_HAND or r.undoes or r.line_id for r in rows):
        raise UserError(
            "not_undoable",
            T("This cannot be taken back here."),
            T("A parcel is taken back with: parcels unship"),
            ref=operation,
        )
    return rows


def _pairs(rows: list[Any]) -> list[tuple[Any, Any | None]]:
    """Each row to be inverted, and for a movement from bin to bin the row it came from."""
    pairs: list[tuple[Any, Any | None]] = []
    waiting: Any | None = None
    for row in rows:
        if row.kind == MoveKind.TRANSFER and row.on_hand_delta < 0:
            waiting = row
        elif row.kind == MoveKind.TRANSFER:
            pairs.append((row, waiting))
        else:
            pairs.append((row, None))
    return pairs


def _post_inverse(
    tx: Connection, work: Workplace, row: Any, back: Any | None, operation: str, new: str, once: str
) -> bool:
    move = ledger.Move(
        row.sku_id,
        MoveKind(row.kind),
        on_hand=-row.on_hand_delta,
        allocated=-row.allocated_delta,
        defective=-row.defective_delta,
        in_transit=-row.in_transit_delta,
        presale=-row.presale_delta,
        parcel_id=row.parcel_id,
        reference=row.reference,
        reason=row.reason,
        bin=row.bin,
        batch_id=row.batch_id,
        operation=new,
        undoes=operation,
        once=once,
    )
    if back is None:
        return ledger.post(tx, work, move)
    return ledger.shift(tx, work, move, row.on_hand_delta, to_bin=back.bin, to_batch=back.batch_id)


def _available(tx: Connection, rows: list[Any]) -> dict[str, int]:
    found = tx.execute(
        select(stock_balances.c.sku_id, stock_balances.c.available).where(
            stock_balances.c.sku_id.in_({r.sku_id for r in rows})
        )
    )
    return {r.sku_id: r.available for r in found}


def _serials_back(tx: Connection, work: Workplace, operation: str, new: str) -> None:
    """Numbered pieces are what they were before; one that has moved since refuses it all."""
    events = tx.execute(
        select(serial_events)
        .where(serial_events.c.operation == operation)
        .order_by(serial_events.c.sku_id, serial_events.c.serial)
    ).all()
    for event in events:
        state = tx.execute(
            select(stock_serials.c.state).where(
                stock_serials.c.sku_id == event.sku_id, stock_serials.c.serial == event.serial
            )
        ).scalar()
        if state != event.state:
            raise serials.not_here(event.serial)
        serials.put(
            tx,
            work,
            event.sku_id,
            [event.serial],
            SerialState(event.before or SerialState.OUT),
            MoveKind(event.kind),
            operation=new,
        )


def _too_late(tx: Connection, sku_id: str, operation: str) -> UserError:
    code = tx.execute(select(skus.c.code).where(skus.c.id == sku_id)).scalar_one()
    return UserError(
        "undo_too_late",
        T("The pieces of {sku} have been moved or given to parcels since then.", sku=code),
        T("Correct the figure by hand: stock adjust"),
        ref=operation,
    )
