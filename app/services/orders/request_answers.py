"""The shop's answers to what buyers ask to have changed before it ships.

Whatever the call said, the order is read again before anything follows from it: it may have been
answered in the back office, by the buyer himself, or by an earlier call whose answer was lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.states import LIVE_WAYBILL_STATES, OPEN_STATES, ParcelState
from app.domain.text import T, Text
from app.ports import ReportLater, ReportOutcome, ReportRefused, ReportUnclear
from app.services import read_only, records
from app.services.numbers import voiding
from app.services.orders import receivers, request_effects
from app.services.orders.order_requests import changing_lines
from app.services.parcels import checking
from app.services.sync import syncing
from app.services.workplace import Workplace
from app.store.tables import order_lines, parcels, waybills


@dataclass(frozen=True, slots=True)
class Answered:
    """What the order says after the answer: ``accepted`` or ``rejected``, by whomever.

    ``voided`` are numbers on their way back, ``sealed`` parcels that a person must open.
    """

    order_id: str
    result: str
    voided: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    message: Text | None = None


def answer_address(work: Workplace, order: str, *, accept: bool) -> Answered:
    """Accept or reject the buyer's address. Waits on the network.

    Accepted, the unused number of every parcel that has not been sealed goes back, so that a new
    one can be taken. Answering again finishes what was begun, and never takes an answer back.
    Raises ``UserError`` (``no_request``, ``shop_read_only`` …) and ``RetryableError``.
    """
    stored = receivers.order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    if not stored.pending_address:
        stored = _read_again(work, stored)
    if not stored.pending_address:
        # Perhaps an earlier answer whose consequences were cut short.
        left = _give_back_old_numbers(work, stored) if accept else _NO_NUMBERS
        if not any(left):
            raise _no_request(stored.order_id)
        return Answered(stored.order_id, "accepted", *left)
    before, wanted = stored.address_hash, stored.pending_address_hash
    desk = work.outside.shop(stored.shop_id).order_desk
    _note(work, stored, "address_answer", accept)
    outcome = desk.answer_address(stored.order_id, accept=accept)
    now = _after(work, stored, outcome)
    if now.pending_address:
        raise _still_waiting(outcome, stored.order_id)
    accepted = now.address_hash != before or now.address_hash == wanted
    left = _give_back_old_numbers(work, now) if accepted else _NO_NUMBERS
    return Answered(
        stored.order_id,
        "accepted" if accepted else "rejected",
        *left,
        message=None if accepted == accept else _otherwise(accepted=accepted),
    )


def answer_variant(work: Workplace, order: str, *, accept: bool) -> Answered:
    """Accept or reject the buyer's change of variant; see ``answer_address``.

    Accepted, the line and its parcels follow: other goods are reserved, and a box that was begun
    is to be emptied.
    """
    stored = receivers.order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    with work.db.read() as tx:
        lines = changing_lines(tx, stored.id)
    if not lines:
        stored = _read_again(work, stored)
        with work.db.read() as tx:
            lines = changing_lines(tx, stored.id)
    if not lines:
        raise _no_request(stored.order_id)
    wanted = {line.id: line.new_sku_id for line in lines}
    desk = work.outside.shop(stored.shop_id).order_desk
    _note(work, stored, "variant_answer", accept)
    outcome = desk.answer_variant(stored.order_id, accept=accept)
    now = _after(work, stored, outcome)
    with work.db.read() as tx:
        left = {line.id for line in changing_lines(tx, now.id)}
        has = {
            r.id: r.sku_id
            for r in tx.execute(
                select(order_lines.c.id, order_lines.c.sku_id).where(order_lines.c.id.in_(wanted))
            )
        }
        sealed = tuple(
            e.parcel
            for e in request_effects.of_variant(tx, now.id)
            if e.state == ParcelState.TO_REPORT
        )
    if wanted.keys() <= left:  # a call answers one line after the other
        raise _still_waiting(outcome, stored.order_id)
    settled = wanted.keys() - left
    accepted = all(has.get(line_id) == wanted[line_id] for line_id in settled)
    return Answered(
        stored.order_id,
        "accepted" if accepted else "rejected",
        sealed=sealed if accepted else (),
        message=None if accepted == accept else _otherwise(accepted=accepted),
    )


def answer_variants(work: Workplace, order: str, *, accept: bool) -> Answered:
    """``answer_variant`` for every line that waits: the platform answers one with each call."""
    our_id = receivers.order_of(work, order).id
    with work.db.read() as tx:
        waiting = len(changing_lines(tx, our_id))
    told = [answer_variant(work, our_id, accept=accept)]
    while len(told) < waiting:
        with work.db.read() as tx:
            if not changing_lines(tx, our_id):
                break
        told.append(answer_variant(work, our_id, accept=accept))
    odd = next((one for one in told if one.message is not None), told[-1])
    sealed = dict.fromkeys(parcel for one in told for parcel in one.sealed)
    return replace(odd, sealed=tuple(sealed))


def propose_address(work: Workplace, order: str, address: Address) -> None:
    """Ask the buyer to agree to another address (in clear). It is in force only when he has.

    Until then nothing is printed anew; his answer comes with the next sync.
    """
    stored = receivers.order_of(work, order)
    read_only.refuse(work, stored.shop_id)
    desk = work.outside.shop(stored.shop_id).order_desk
    outcome = desk.propose_address(stored.order_id, address)
    match outcome:
        case ReportRefused() | ReportLater():
            raise _still_waiting(outcome, stored.order_id)
        case ReportUnclear(reason=reason):
            raise RetryableError(
                "answer_unclear",
                reason,
                T("Look in the WeChat Store console before proposing it again: five times is all."),
                ref=stored.order_id,
            )
    with work.db.write() as tx:
        records.note(tx, work, "address_proposed", order_id=stored.id)


_NO_NUMBERS: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def _read_again(work: Workplace, stored: Any) -> Any:
    failed = syncing.refetch(work, stored.shop_id, [stored.order_id]).failed
    if stored.order_id in failed:
        raise RetryableError(
            "order_unreadable",
            failed[stored.order_id],
            T("Look at this order in the WeChat Store console."),
            ref=stored.order_id,
        )
    return receivers.order_of(work, stored.id)


def _after(work: Workplace, stored: Any, outcome: ReportOutcome) -> Any:
    """The order as the shop tells it after the call; nothing was sent: no need to read."""
    if isinstance(outcome, ReportLater):
        raise _still_waiting(outcome, stored.order_id)
    return _read_again(work, stored)


def _give_back_old_numbers(work: Workplace, stored: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Numbers taken for another address than the order's: voided, or their parcels to be opened."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(parcels.c.state, parcels.c.id, waybills.c.number)
            .join(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(
                parcels.c.id.in_(records.parcels_of(tx, stored.id)),
                waybills.c.state.in_(LIVE_WAYBILL_STATES),
                waybills.c.address_hash.not_in(["", stored.address_hash]),
            )
            .order_by(parcels.c.id)
        ).all()
    voided = []
    for row in rows:
        if row.state in OPEN_STATES:
            voiding.cancel_waybill(work, row.number)
            with work.db.write() as tx:
                checking.choose_again(tx, work, row.id)
                checking.advance(tx, work, row.id)
                records.refresh_orders(tx, [stored.id])
            voided.append(row.number)
    return tuple(voided), tuple(r.id for r in rows if r.state == ParcelState.TO_REPORT)


def _note(work: Workplace, stored: Any, action: str, accept: bool) -> None:
    with work.db.write() as tx:
        records.note(tx, work, action, order_id=stored.id, detail={"accept": accept})


def _still_waiting(outcome: ReportOutcome, order_id: str) -> UserError | RetryableError:
    match outcome:
        case ReportRefused(problem=problem):
            return UserError(problem.code, problem.message, problem.remedy, ref=order_id)
        case ReportLater(reason=reason, retry_after_s=pause_s, code=code):
            return RetryableError(
                code,
                reason,
                T("Nothing was changed; answer again."),
                ref=order_id,
                retry_after_s=pause_s,
            )
        case ReportUnclear(reason=reason):
            return RetryableError(
                "answer_unclear",
                reason,
                T("The request is still waiting at the shop; answer again."),
                ref=order_id,
            )
        case _:
            return RetryableError(
                "answer_unclear",
                T("The shop took the answer, but the order does not show it yet."),
                T("Look again in a moment: sync"),
                ref=order_id,
            )


def _otherwise(*, accepted: bool) -> Text:
    if accepted:
        return T("It was accepted meanwhile, by somebody else.")
    return T("It was rejected or taken back meanwhile; the order stays as it was.")


def _no_request(order_id: str) -> UserError:
    return UserError(
        "no_request",
        T("No request of the buyer is waiting for this order."),
        T("List what is waiting with: orders requests"),
        ref=order_id,
    )
