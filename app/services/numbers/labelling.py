"""Getting waybill numbers: the request row first, then the call, then the answer.

A crash between any two steps leaves a row that says how far it came: ``pending`` has not left this
machine, ``sent`` may have taken effect and is looked up before anything else happens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import PackbenchError
from app.domain.keys import attempt_key
from app.domain.states import HoldCode, ParcelState, RequestState, Route
from app.domain.text import T, Text
from app.domain.waybills import Booking, ProblemClass
from app.jobs import CancelToken, Progress, ignore_progress
from app.services import read_only, records
from app.services.carriers import states
from app.services.numbers import booking as bookings
from app.services.numbers import label_files, left_out, outcomes, reconciling, settling
from app.services.numbers.lanes import STOPS_ACCOUNT, Counter, Lane
from app.services.numbers.outcomes import LabelRow
from app.services.numbers.sources import source_for
from app.services.orders import holding
from app.services.parcels import checking, parcel_moves
from app.services.reach import guarding
from app.services.stock import allocation
from app.services.waves.waves import wave_parcels
from app.services.workplace import Workplace
from app.store.tables import accounts, parcels, waybill_requests

_LANES_AT_ONCE = 8  # accounts side by side
_MOST_AT_ONCE = 8  # calls of one account under way
_IDS_AT_ONCE = 500


def label_wave(
    work: Workplace,
    wave_id: str,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    *,
    look_first: bool = False,
) -> list[LabelRow]:
    """Numbers for every parcel of the wave; goes on past a bad one, accounts side by side.

    First, what earlier waves left in doubt at the same accounts is looked up, where its time has
    come. ``look_first``: nobody is asked about a parcel that the carrier's own limits refuse
    (``left_out``).
    """
    with work.db.read() as tx:
        ids = [p.id for p in wave_parcels(tx, wave_id)]
    settling.settle_before(work, ids, cancel)
    return label_parcels(work, ids, progress, cancel, look_first=look_first)


def label_parcels(
    work: Workplace,
    parcel_ids: Sequence[str],
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
    *,
    look_first: bool = False,
) -> list[LabelRow]:
    """Numbers for these parcels, in the order given for each account."""
    token = cancel or CancelToken()
    counter = Counter(len(parcel_ids), progress)

    def label(parcel_id: str) -> LabelRow:
        return _label_one(work, parcel_id, look_first=look_first)

    def stopped(parcel_id: str, why: LabelRow) -> LabelRow:
        return _stopped(work, parcel_id, why)

    results: dict[str, LabelRow] = {}
    lanes = _lanes(work, parcel_ids)
    with ThreadPoolExecutor(
        max(1, min(_LANES_AT_ONCE, len(lanes))), thread_name_prefix="packbench-lane"
    ) as pool:
        ended = pool.map(
            lambda name: Lane(
                work, f"label:{name}", lanes[name].at_once, label, stopped, counter, token
            ).run(lanes[name].ids),
            lanes,
        )
        for lane, rows in zip(lanes.values(), ended, strict=True):
            results.update(rows)
            _note_stop(work, lane.account, rows.values())
    work.changed("orders", "parcels", "waves", "stock")
    return [results[i] for i in parcel_ids if i in results]


@dataclass(slots=True)
class _Waiting:
    """The parcels of one account, and how many of its calls may be under way at once."""

    at_once: int
    account: str = ""  # of a carrier, where it is called directly
    ids: list[str] = field(default_factory=list)


def _lanes(work: Workplace, parcel_ids: Sequence[str]) -> dict[str, _Waiting]:
    found: dict[str, _Waiting] = {}
    with work.db.read() as tx:
        settings = {
            row.name: row.settings
            for row in tx.execute(select(accounts.c.name, accounts.c.settings))
        }
        places = _places(tx, parcel_ids)
        for parcel_id in parcel_ids:
            row = places.get(parcel_id)
            if row is None:
                raise checking.no_such_parcel(parcel_id)
            platform = row.route == Route.PLATFORM
            name = f"{row.route}:{row.shop_id if platform else ''}:{row.account}"
            if name not in found:
                known = None if platform else settings.get(row.account)
                at_once = 1 if known is None else _calls_at_once(known)
                found[name] = _Waiting(at_once, "" if platform else row.account)
            found[name].ids.append(parcel_id)
    return found


def _places(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, Any]:
    """Route, shop and account of each parcel."""
    found: dict[str, Any] = {}
    for start in range(0, len(parcel_ids), _IDS_AT_ONCE):
        rows = tx.execute(
            select(parcels.c.id, parcels.c.route, parcels.c.shop_id, parcels.c.account).where(
                parcels.c.id.in_(list(parcel_ids[start : start + _IDS_AT_ONCE]))
            )
        )
        found.update((row.id, row) for row in rows)
    return found


def _calls_at_once(settings: Mapping[str, Any]) -> int:
    """As many calls as the account may make in a second: its limiter keeps the pace."""
    rate = settings.get("calls_per_second")
    return max(1, min(_MOST_AT_ONCE, round(rate if isinstance(rate, int | float) else 2.0)))


def _note_stop(work: Workplace, account: str, rows: Iterable[LabelRow]) -> None:
    """A direct account that gives no numbers says so wherever accounts are listed."""
    why = next((row for row in rows if row.code in STOPS_ACCOUNT), None)
    if account and why is not None and why.message is not None:
        empty = why.code == ProblemClass.BALANCE
        states.note_refusal(work, account, why.code, why.message, why.remedy, empty=empty)


def _stopped(work: Workplace, parcel_id: str, why: LabelRow) -> LabelRow:
    """A parcel whose account gives no numbers now; one that has its number keeps it."""
    with work.db.read() as tx:
        number = outcomes.live_number(tx, parcel_id)
    if number:
        return LabelRow(parcel_id, number, "kept")
    return LabelRow(parcel_id, "", "failed", why.code, why.message, why.remedy, why.own_fix)


def _label_one(work: Workplace, parcel_id: str, *, look_first: bool) -> LabelRow:
    try:
        row = label_parcel(work, parcel_id, look_first=look_first)
        return label_files.complete(work, row)
    except PackbenchError as error:
        outcomes.remember_failure(work, parcel_id, error.code, error.message, error.remedy)
        return LabelRow(parcel_id, "", "failed", error.code, error.message, error.remedy)


def label_parcel(work: Workplace, parcel_id: str, *, look_first: bool = False) -> LabelRow:
    """A number for one parcel, or what stands in the way. The caller holds the account's lease."""
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise checking.no_such_parcel(parcel_id)
        number = outcomes.live_number(tx, parcel_id)
        if number:
            return LabelRow(parcel_id, number, "kept")
        if parcel.state == ParcelState.TO_CHECK:
            checking.advance(tx, work, parcel_id)
            records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
            parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
        if parcel.state == ParcelState.TO_LABEL and guarding.guard(tx, work, parcel_id):
            records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
        refusal = _refusal(tx, parcel)
        if refusal is not None:
            return refusal
        request = _latest_request(tx, parcel_id)
    if look_first and (out := left_out.left_out(work, parcel_id)) is not None:
        return out
    if request is not None and request.state == RequestState.ISSUED:
        return _void_pending(parcel_id)
    if request is not None and request.state in {RequestState.SENT, RequestState.UNKNOWN}:
        earlier = reconciling.reconcile(work, parcel, request, source_for(work, parcel))
        if earlier is not None:
            return earlier
        request = _reread(work, request)
    if request is not None and request.state == RequestState.REJECTED:
        earlier = reconciling.settle_rejected(work, parcel, request, source_for(work, parcel))
        if earlier is not None:
            return earlier
        request = _reread(work, request)
    read_only.refuse(work, parcel.shop_id)
    if _is_torn(work, parcel_id):
        _part(work, parcel_id, request)
        return _busy(parcel_id) if _is_torn(work, parcel_id) else label_parcel(work, parcel_id)
    return _book(work, parcel, request)


def _is_torn(work: Workplace, parcel_id: str) -> bool:
    """Whether an order of the parcel goes to another address than the others by now."""
    with work.db.read() as tx:
        return len({a for a in parcel_moves.addresses_in(tx, parcel_id).values() if a}) > 1


def _part(work: Workplace, parcel_id: str, request: Any) -> None:
    """Its number was in doubt when the order moved, and is not any more: now they are parted."""
    if request is not None and request.state in _SAME_KEY:  # made for all of them
        outcomes.give_up(work, parcel_id, request.id)
    with work.db.write() as tx:
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id, parcels.c.state == ParcelState.TO_LABEL)
            .values(state=ParcelState.TO_CHECK, changed_at=work.now())
        )
        checking.advance(tx, work, parcel_id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))


def _refusal(tx: Connection, parcel: Any) -> LabelRow | None:
    held = records.active_holds(tx, parcel.id)
    if held:
        code = HoldCode(held[0].code)
        return LabelRow(
            parcel.id,
            "",
            "held",
            code,
            Text.from_json(held[0].reason),
            holding.REMEDIES[code],
        )
    if parcel.state != ParcelState.TO_LABEL:
        return LabelRow(
            parcel.id,
            "",
            "failed",
            "not_to_label",
            T("The parcel is not waiting for a label."),
            T("Look at it with: parcels show {parcel}", parcel=parcel.id),
        )
    if not allocation.is_reserved(tx, parcel.id):
        return LabelRow(
            parcel.id,
            "",
            "held",
            HoldCode.SHORT,
            T("Its stock is not reserved."),
            holding.REMEDIES[HoldCode.SHORT],
        )
    return None


def _latest_request(tx: Connection, parcel_id: str) -> Any:
    return tx.execute(
        select(waybill_requests)
        .where(waybill_requests.c.parcel_id == parcel_id)
        .order_by(waybill_requests.c.attempt.desc())
        .limit(1)
    ).one_or_none()


def _reread(work: Workplace, request: Any) -> Any:
    with work.db.read() as tx:
        return tx.execute(select(waybill_requests).where(waybill_requests.c.id == request.id)).one()


def _book(work: Workplace, parcel: Any, request: Any) -> LabelRow:
    source = source_for(work, parcel)
    again = request is not None and request.state in _SAME_KEY
    if again:
        booking, address_hash = bookings.build(work, parcel.id, request.id)
        again = _same(work, parcel, request, booking, address_hash)
        if not again:
            outcomes.give_up(work, parcel.id, request.id)
        elif request.sent_at is not None:
            booking = replace(booking, sent_before=True)
    if not again:
        attempt = 1 if request is None else request.attempt + 1
        key = _request_key(work, parcel, attempt)
        booking, address_hash = bookings.build(work, parcel.id, key)
        try:
            _save_request(work, parcel, booking, attempt, address_hash)
        except IntegrityError:  # the database keeps one live request a shipment
            return _busy(parcel.id)
    if not _claim(work, booking.key):
        return _busy(parcel.id)
    outcome = source.create(booking)
    return outcomes.store(work, parcel, booking, address_hash, outcome)


# Nothing left this machine, or the other side has never heard of it: the same key goes out again,
# so that a call which is only late cannot become a second number.
_SAME_KEY = frozenset({RequestState.PENDING, RequestState.NOT_SENT})


def _same(work: Workplace, parcel: Any, request: Any, booking: Booking, address_hash: str) -> bool:
    """Whether the request was made for what the parcel is now: address, goods and account."""
    earlier, made_for = outcomes.unseal(work, request)
    place = (parcel.route, parcel.carrier, parcel.account, address_hash)
    if place != (request.route, request.carrier, request.account, made_for):
        return False
    return replace(earlier, account={}) == replace(booking, account={})


def _request_key(work: Workplace, parcel: Any, attempt: int) -> str:
    """Carriers: the parcel's key, then ``key_n``. The platform: a fresh key per attempt."""
    if parcel.route == Route.PLATFORM and attempt > 1:
        return work.key()
    return attempt_key(parcel.id, attempt)


def _save_request(
    work: Workplace, parcel: Any, booking: Booking, attempt: int, address_hash: str
) -> None:
    sealed = work.sealer.seal(
        json.dumps({"booking": bookings.as_json(booking), "address_hash": address_hash})
    )
    with work.db.write() as tx:
        tx.execute(
            insert(waybill_requests).values(
                id=booking.key,
                shipment_id=parcel.shipment_id,
                parcel_id=parcel.id,
                attempt=attempt,
                route=parcel.route,
                carrier=parcel.carrier,
                account=parcel.account,
                shop_id=parcel.shop_id,
                state=RequestState.PENDING,
                booking_sealed=sealed,
                created_at=work.now(),
            )
        )


def _claim(work: Workplace, key: str) -> bool:
    """Durable before the call: from here on a crash means "it may have happened"."""
    with work.db.write() as tx:
        done = tx.execute(
            update(waybill_requests)
            .where(
                waybill_requests.c.id == key,
                waybill_requests.c.state.in_([RequestState.PENDING, RequestState.NOT_SENT]),
            )
            .values(state=RequestState.SENT, sent_at=work.now(), lookups=0, unheard=0)
        )
    return done.rowcount == 1


def _void_pending(parcel_id: str) -> LabelRow:
    return LabelRow(
        parcel_id,
        "",
        "failed",
        "void_pending",
        T("The earlier number of this parcel is still being cancelled."),
        T("Send the waiting messages first: outbox drain"),
    )


def _busy(parcel_id: str) -> LabelRow:
    return LabelRow(
        parcel_id,
        "",
        "failed",
        "busy_elsewhere",
        T("Another bench is asking for this number."),
        T("Wait a moment and look again."),
    )
