"""Numbers on their way back: what a person sees of the queue that gives numbers back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from app.domain.errors import UserError
from app.domain.states import OutboxKind, OutboxState, Route, WaybillState
from app.domain.text import T, Text
from app.services import records
from app.services.telling.outbox_rows import OPEN
from app.services.workplace import Workplace
from app.store.tables import outbox, parcels, shop_accounts, waybill_requests, waybills

_SHOP_DAY = timedelta(hours=8)
_EXPIRY_SHOWN = timedelta(days=1)
_LONGEST_TRY = timedelta(hours=1)


class ReturnState(StrEnum):
    """How far the giving back of a number has come."""

    WAITING = "waiting"  # tried by itself until the other side answers
    REFUSED = "refused"  # the other side keeps it: shown until a person has taken note
    EXPIRING = "expiring"  # the carrier takes nothing back; an unused number ends by itself
    DONE = "done"  # given back today


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One number. ``number`` is empty while nobody knows whether there is one (``in_doubt``)."""

    id: int
    number: str
    parcel: str
    carrier: str
    route: str
    account: str
    shop: str
    state: ReturnState
    since: datetime
    attempts: int
    next_at: datetime | None
    stake: Text
    code: str = ""
    reason: Text | None = None
    remedy: Text | None = None
    in_doubt: bool = False


def listed(work: Workplace, *, everything: bool = False, limit: int = 500) -> list[ReturnRow]:
    """The numbers on their way back, the oldest first; ``everything``: also those done today.

    Those that end by themselves are shown for a day.
    """
    midnight = (work.now() + _SHOP_DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(midnight - _SHOP_DAY, work.now() - _EXPIRY_SHOWN)
    closed = and_(  # next_at is when it was last tried, and has an index
        outbox.c.state == OutboxState.DONE,
        outbox.c.next_at >= since - _LONGEST_TRY,
        outbox.c.done_at >= since,
    )
    query = (
        select(outbox)
        .where(
            outbox.c.kind == OutboxKind.VOID,
            or_(outbox.c.state.in_([*OPEN, OutboxState.REFUSED]), closed),
        )
        .order_by(outbox.c.id)
    )
    with work.db.read() as tx:
        rows = list(_rows(tx, tx.execute(query).all()))
    return [r for r in rows if everything or r.state is not ReturnState.DONE][:limit]


def acknowledge(work: Workplace, return_id: int) -> None:
    """A person has seen that the number stays where it is; it is no longer shown.

    Raises ``UserError`` (``no_such_return``) for a row that is not refused.
    """
    with work.db.write() as tx:
        row = _refused(tx, return_id)
        tx.execute(
            update(outbox)
            .where(outbox.c.id == return_id, outbox.c.state == OutboxState.REFUSED)
            .values(state=OutboxState.SUPERSEDED)
        )
        records.note(
            tx,
            work,
            "return_seen",
            parcel_id=row.parcel_id,
            detail={"waybill": row.payload.get("waybill", "")},
        )
    work.changed("outbox")


def retry(work: Workplace, return_id: int) -> None:
    """Ask the other side once more for a number that it refused to take back.

    Raises ``UserError``: ``no_such_return``; ``number_in_use``, the number is its parcel's again.
    """
    with work.db.write() as tx:
        row = _refused(tx, return_id)
        waybill = tx.execute(
            select(waybills.c.number, waybills.c.state).where(
                waybills.c.id == row.payload.get("waybill", "")
            )
        ).one_or_none()
        if waybill is not None and waybill.state != WaybillState.VOID_REQUESTED:
            raise UserError(
                "number_in_use",
                T("The number {number} is in use for its parcel.", number=waybill.number),
                T("Cancel it there: waybill cancel {number}", number=waybill.number),
                ref=waybill.number,
            )
        tx.execute(
            update(outbox)
            .where(outbox.c.id == return_id)
            .values(state=OutboxState.PENDING, next_at=work.now(), done_at=None)
        )
    work.changed("outbox")


def id_of(work: Workplace, number: str) -> int:
    """The row of the number's way back. Raises ``UserError`` (``no_such_return``)."""
    for row in listed(work):
        if row.number == number.strip().upper() and row.state is ReturnState.REFUSED:
            return row.id
    raise _no_such_return(number)


def _refused(tx: Connection, return_id: int) -> Any:
    row = tx.execute(
        select(outbox).where(
            outbox.c.id == return_id,
            outbox.c.kind == OutboxKind.VOID,
            outbox.c.state == OutboxState.REFUSED,
        )
    ).one_or_none()
    if row is None:
        raise _no_such_return(str(return_id))
    return row


def _no_such_return(ref: str) -> UserError:
    return UserError(
        "no_such_return",
        T("No refused number {ref} is on its way back.", ref=ref),
        T("See them with: waybill returns"),
        ref=ref,
    )


def _rows(tx: Connection, found: Any) -> Iterator[ReturnRow]:
    for row in found:
        lost = row.payload.get("request")
        table = waybill_requests if lost else waybills
        told = tx.execute(select(table).where(table.c.id == (lost or row.payload["waybill"]))).one()
        shop = tx.execute(select(parcels.c.shop_id).where(parcels.c.id == told.parcel_id)).scalar()
        state = _state(row, told, in_doubt=bool(lost))
        reason = row.reason or {}
        yield ReturnRow(
            id=row.id,
            number="" if lost else told.number,
            parcel=told.parcel_id,
            carrier=told.carrier,
            route=told.route,
            account=told.account,
            shop=shop or "",
            state=state,
            since=row.created_at,
            attempts=row.attempts,
            next_at=row.next_at if state is ReturnState.WAITING else None,
            stake=_stake(tx, state, told, shop or "", in_doubt=bool(lost)),
            code=reason.get("code", ""),
            reason=_sentence(reason, "message"),
            remedy=_sentence(reason, "remedy"),
            in_doubt=bool(lost),
        )


def _sentence(reason: Any, name: str) -> Text | None:
    stored = reason.get(name)
    return Text.from_json(stored) if stored else None


def _state(row: Any, told: Any, *, in_doubt: bool) -> ReturnState:
    if row.state in OPEN:
        return ReturnState.WAITING
    if row.state == OutboxState.REFUSED:
        return ReturnState.REFUSED
    if not in_doubt and told.state == WaybillState.VOID_REQUESTED:
        return ReturnState.EXPIRING
    return ReturnState.DONE


def _stake(tx: Connection, state: ReturnState, told: Any, shop: str, *, in_doubt: bool) -> Text:
    """What is lost if the number does not come back."""
    if in_doubt:
        return T("Perhaps a number nobody uses.")
    if state is ReturnState.REFUSED:
        return T("The carrier counts it as on its way: ask the courier to stop the parcel.")
    if state is ReturnState.EXPIRING:
        return T("Nothing, as long as the parcel is not handed over.")
    if told.route == Route.PLATFORM:
        balance = tx.execute(
            select(shop_accounts.c.balance).where(
                shop_accounts.c.shop_id == shop, shop_accounts.c.account_id == told.account
            )
        ).scalar()
        if balance is not None:
            return T("One label of the account, {n} are left.", n=f"{balance:,}")
    return T("One label's worth.")
