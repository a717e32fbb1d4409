"""Every number that was ever taken, what became of it, and what an unused one costs.

A number is bought when the carrier gives it, not when a parcel travels under it. So what was taken
and is not used is listed here, with what can still be done about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select, tuple_

from app.domain.errors import UserError
from app.domain.states import OutboxState, ParcelState, RequestState, Route, WaybillState
from app.domain.text import T, Text
from app.ports import Capability
from app.services.numbers import number_stakes, outcomes
from app.services.numbers.shipment_numbers import MOTHER
from app.services.workplace import Workplace
from app.store.tables import accounts, outbox, parcels, shop_accounts, waybill_requests, waybills

UNUSED_AFTER_DAYS = 3
_AT_ONCE = 500
_FRESH = (WaybillState.ISSUED, WaybillState.PRINTED)
_IN_DOUBT = (RequestState.SENT, RequestState.UNKNOWN)


class ToDo(StrEnum):
    """What can still be done about an unused number."""

    NOTHING = ""
    VOID = "void"  # the carrier takes it back
    WAIT = "wait"  # it ends by itself
    COMING = "coming"  # it is being given back
    ASK = "ask"  # the carrier kept it, or cannot say: a person has to


@dataclass(frozen=True, slots=True)
class Entry:
    """One number. ``state`` is a ``WaybillState``, or ``in_doubt`` while nobody knows it."""

    id: str  # the waybill's, or the request's while in doubt
    number: str
    state: str
    kind: str
    parcel: str
    carrier: str
    route: str
    account: str
    shop: str
    taken_at: datetime
    typed: bool = False
    unused: bool = False
    to_do: ToDo = ToDo.NOTHING
    cost: Text = field(default_factory=lambda: T("Nothing."))
    first_scan_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def in_doubt(self) -> bool:
        return not self.number


@dataclass(frozen=True, slots=True)
class Asked:
    """Which numbers are wanted. ``unused`` are those taken and never used, and those in doubt.

    Unused: the parcel is cancelled, or the number is ``days`` old and no carrier has seen it.
    """

    unused: bool = False
    account: str = ""
    since: datetime | None = None
    until: datetime | None = None
    days: int = UNUSED_AFTER_DAYS
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Unused:
    """What is taken and not used, in numbers: what can be given back, and what waits."""

    can_void: int = 0
    waiting: int = 0
    in_doubt: int = 0

    def __bool__(self) -> bool:
        return bool(self.can_void or self.waiting or self.in_doubt)


def listed(work: Workplace, asked: Asked | None = None) -> list[Entry]:
    """The wanted entries, those in doubt first, then the oldest; reads the database only.

    Raises ``UserError`` (``no_account``) for an account that nobody has.
    """
    wanted = asked or Asked()
    _must_be_known(work, wanted.account)
    found: list[Entry] = []
    for entry in entries(work, wanted):
        if wanted.most is not None and len(found) >= wanted.most:
            break
        found.append(entry)
    return found


def _must_be_known(work: Workplace, account: str) -> None:
    """A wrong name must not look like "nothing is unused"; one that gave numbers once is known."""
    if not account:
        return
    with work.db.read() as tx:
        known = tx.execute(
            select(accounts.c.name)
            .where(accounts.c.name == account)
            .union_all(
                select(shop_accounts.c.account_id).where(shop_accounts.c.account_id == account),
                select(waybills.c.account).where(waybills.c.account == account),
            )
        ).first()
    if known is None:
        raise UserError(
            "no_account",
            T("There is no carrier account called {name}.", name=account),
            T("See the names with: config show"),
            ref=account,
        )


def entries(work: Workplace, asked: Asked) -> Iterator[Entry]:
    """Like ``listed``, a few hundred rows at a time however many there are."""
    stakes = number_stakes.Stakes(work)
    with work.db.read() as tx:
        doubts = tx.execute(_doubts(asked)).all()
    yield from (_doubt(stakes, row) for row in doubts)
    after: tuple[datetime, str] | None = None
    while True:
        with work.db.read() as tx:
            rows = tx.execute(_numbers(work, asked, after)).all()
            refused = _refused(tx, [r.id for r in rows])
        for row in rows:
            yield _entry(work, stakes, row, asked.days, refused=row.id in refused)
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1].issued_at, rows[-1].id)


def unused(work: Workplace, days: int = UNUSED_AFTER_DAYS) -> Unused:
    """How many numbers are taken and not used. Cheap: counts in the database."""
    stakes = number_stakes.Stakes(work)
    given_up = waybills.c.state == WaybillState.VOID_REQUESTED
    place = (waybills.c.route, waybills.c.account)
    with work.db.read() as tx:
        rows = tx.execute(
            select(*place, given_up.label("given_up"), func.count().label("count"))
            .join(parcels, parcels.c.id == waybills.c.parcel_id)
            .where(
                waybills.c.kind == MOTHER,
                waybills.c.request_id.is_not(None),
                or_(given_up, and_(*_is_fresh(work, days))),
            )
            .group_by(*place, given_up)
        ).all()
        in_doubt = tx.execute(
            select(func.count())
            .select_from(waybill_requests)
            .where(waybill_requests.c.state == RequestState.UNKNOWN)
        ).scalar_one()
    total = sum(int(row._mapping["count"]) for row in rows)
    can_void = sum(
        int(row._mapping["count"])
        for row in rows
        if not row.given_up and stakes.can(row, Capability.CANCEL)
    )
    return Unused(can_void, total - can_void, in_doubt)


def _is_fresh(work: Workplace, days: int) -> list[ColumnElement[bool]]:
    """Issued or printed, no further, and no longer on its way to a van."""
    old = waybills.c.issued_at <= work.now() - timedelta(days=days)
    return [
        waybills.c.state.in_(_FRESH),
        waybills.c.first_scan_at.is_(None),
        or_(parcels.c.state == ParcelState.CANCELLED, old),
    ]


def _numbers(work: Workplace, asked: Asked, after: tuple[datetime, str] | None) -> Any:
    query = select(waybills, parcels.c.shop_id, parcels.c.state.label("parcel_state")).join(
        parcels, parcels.c.id == waybills.c.parcel_id
    )
    if asked.unused:
        given_up = waybills.c.state == WaybillState.VOID_REQUESTED
        query = query.where(
            waybills.c.kind == MOTHER, or_(given_up, and_(*_is_fresh(work, asked.days)))
        )
    if asked.account:
        query = query.where(waybills.c.account == asked.account)
    if asked.since is not None:
        query = query.where(waybills.c.issued_at >= asked.since)
    if asked.until is not None:
        query = query.where(waybills.c.issued_at < asked.until)
    if after is not None:
        query = query.where(tuple_(waybills.c.issued_at, waybills.c.id) > tuple_(*after))
    return query.order_by(waybills.c.issued_at, waybills.c.id).limit(_AT_ONCE)


def _doubts(asked: Asked) -> Any:
    taken = waybill_requests.c.sent_at
    query = select(waybill_requests).where(waybill_requests.c.state.in_(_IN_DOUBT))
    if asked.account:
        query = query.where(waybill_requests.c.account == asked.account)
    if asked.since is not None:
        query = query.where(taken >= asked.since)
    if asked.until is not None:
        query = query.where(taken < asked.until)
    return query.order_by(taken, waybill_requests.c.id)


def _refused(tx: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these numbers the other side would not take back."""
    once = [f"void:{i}" for i in ids]
    rows = tx.execute(
        select(outbox.c.once).where(
            outbox.c.once.in_(once) if once else false(),
            outbox.c.state.in_([OutboxState.REFUSED, OutboxState.DONE, OutboxState.SUPERSEDED]),
        )
    ).scalars()
    return {str(name).partition(":")[2] for name in rows}


def _entry(
    work: Workplace, stakes: number_stakes.Stakes, row: Any, days: int, *, refused: bool
) -> Entry:
    old = row.issued_at <= work.now() - timedelta(days=days)
    fresh = row.state in _FRESH and row.first_scan_at is None
    unused_ = fresh and (old or row.parcel_state == ParcelState.CANCELLED)
    given_up = row.state == WaybillState.VOID_REQUESTED
    typed = row.request_id is None
    to_do = ToDo.NOTHING
    if (unused_ or given_up) and not typed:
        to_do = _to_do(stakes, row, given_up=given_up, answered=refused)
    return Entry(
        id=row.id,
        number=row.number,
        state=row.state,
        kind=row.kind,
        parcel=row.parcel_id,
        carrier=row.carrier,
        route=row.route,
        account=row.account,
        shop=row.shop_id,
        taken_at=row.issued_at,
        typed=typed,
        unused=unused_ or given_up,
        to_do=to_do,
        cost=stakes.of_number(row) if unused_ or given_up else T("Nothing."),
        first_scan_at=row.first_scan_at,
        expires_at=row.expires_at,
    )


def _to_do(stakes: number_stakes.Stakes, row: Any, *, given_up: bool, answered: bool) -> ToDo:
    can_void = stakes.can(row, Capability.CANCEL)
    if not given_up:
        return ToDo.VOID if can_void else ToDo.WAIT
    if not answered:
        return ToDo.COMING
    return ToDo.ASK if can_void else ToDo.WAIT


def _doubt(stakes: number_stakes.Stakes, row: Any) -> Entry:
    by_itself = row.route == Route.PLATFORM or stakes.can(row, Capability.RECONCILE)
    if (row.problem or {}).get("code") == outcomes.ASK_PERSON:
        by_itself = False  # it was asked, and cannot say any more
    return Entry(
        id=row.id,
        number="",
        state="in_doubt",
        kind=MOTHER,
        parcel=row.parcel_id,
        carrier=row.carrier,
        route=row.route,
        account=row.account,
        shop=row.shop_id,
        taken_at=row.sent_at or row.created_at,
        unused=True,
        to_do=ToDo.COMING if by_itself else ToDo.ASK,
        cost=stakes.of_doubt(row),
    )
