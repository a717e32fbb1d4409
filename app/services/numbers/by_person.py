"""A person's word on a number: what became of one in doubt, or one that was bought elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.recognition import ScannedWaybill
from app.domain.states import HoldCode, RequestState, Route
from app.domain.text import T, Text
from app.domain.waybills import Issued, IssuedNumber
from app.ports import Capability
from app.services import records
from app.services.numbers import booking as bookings
from app.services.numbers import numbers, outcomes, recognising, reconciling, sources
from app.services.orders import holding
from app.services.parcels import checking, parcel_moves
from app.services.telling import outbox_rows
from app.services.workplace import Workplace
from app.store.tables import accounts, parcels, shop_accounts, waybill_requests


@dataclass(frozen=True, slots=True)
class Taken:
    """A number that a person gave: of which company, and what looks odd about it."""

    number: str
    carrier: str
    warning: Text | None = None
    name: str = ""  # of the company, as it is shown


def settle_by_person(work: Workplace, parcel_id: str, number: str | None) -> None:
    """A person says what became of an unknown request: this number, or lost (``None``).

    Raises ``UserError``: those of ``lost`` and ``take``.
    """
    if number is None:
        lost(work, parcel_id)
    else:
        take(work, parcel_id, number)


def lost(work: Workplace, parcel_id: str) -> str:
    """A person has looked: no number came of the request in doubt. It is on record who said so.

    A carrier that can be asked is asked once more first; the number it knows is kept and returned,
    else "". From then on the next key may go out. Raises ``UserError`` (``nothing_unknown``).
    """
    with work.db.read() as tx:
        request = _in_doubt(tx, parcel_id)
        if request is None:
            raise _nothing_unknown(parcel_id)
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one()
    found = _asked_once_more(work, parcel, request)
    if not found:
        with work.db.write() as tx:
            if _in_doubt(tx, parcel_id) is not None:
                outcomes.end(tx, work, request.id, RequestState.DEAD, "", None)
            outcomes.clear_failure(tx, parcel_id)
            records.note(
                tx, work, "number_lost", parcel_id=parcel_id, detail={"attempt": request.attempt}
            )
    work.changed("orders", "parcels", "waves")
    return found


def _asked_once_more(work: Workplace, parcel: Any, request: Any) -> str:
    try:
        source = sources.source_for(work, request)
        if Capability.RECONCILE not in source.capabilities:
            return ""
        row = reconciling.reconcile(work, parcel, request, source)
    except PackbenchError as error:
        work.log.info("a number in doubt cannot be asked for: %s", error.code)
        return ""
    return row.waybill if row is not None and row.ok else ""


def take(work: Workplace, parcel_id: str, scanned: str, carrier: str = "") -> Taken:
    """The parcel goes under this number, typed or scanned, of whatever company.

    ``carrier`` is our company code, the shop's, or the company's name; without one the parcel's own
    counts, unless the number can only be another company's. A parcel whose number comes from
    another company than planned is that company's from now on; a request in doubt at the earlier
    one is then looked up and given back by itself.

    Raises ``UserError``: ``no_such_parcel``, ``nothing_unknown`` (a parcel that can take none),
    ``bad_number``, ``number_taken``, ``has_number``, ``report_carrier`` (the shop does not take
    the company).
    """
    read = recognising.read(scanned)
    typed = numbers.typed(read.number, parcel_id)
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise _nothing_unknown(parcel_id)
        request = _in_doubt(tx, parcel_id)
        _must_be_free(tx, parcel, typed)
        company = _company(tx, work, parcel, read, carrier)
        name = numbers.carrier_name(tx, work, parcel.shop_id, company)
        elsewhere = company != parcel.carrier
        if elsewhere:
            _change_company(tx, work, parcel, company)
            if request is not None:
                outbox_rows.add_lost(tx, work, request)
                request = None
    if request is not None:
        booking, address_hash = outcomes.unseal(work, request)
    else:
        booking, address_hash = bookings.build(work, parcel_id, parcel_id, decode=False)
        booking = replace(booking, carrier=company)
    issued = Issued(numbers=(IssuedNumber(typed),), template="plain", label={"typed": True})
    outcomes.keep_issued(
        work, parcel, booking, address_hash, issued, own_request=request is not None
    )
    work.changed("orders", "parcels", "waves")
    return Taken(typed, company, _warning(read, company), name)


def _in_doubt(tx: Connection, parcel_id: str) -> Any:
    return tx.execute(
        select(waybill_requests)
        .where(
            waybill_requests.c.parcel_id == parcel_id,
            waybill_requests.c.state.in_(outcomes.OPEN),
        )
        .order_by(waybill_requests.c.attempt.desc())
    ).first()


def _company(
    tx: Connection, work: Workplace, parcel: Any, read: ScannedWaybill, carrier: str
) -> str:
    """Whose number it is. Raises ``UserError`` (``report_carrier``)."""
    if carrier.strip():
        wanted = numbers.carrier_code(tx, work, parcel.shop_id, carrier, parcel.id)
        return str(wanted)
    certain = recognising.certainly(read)
    if not certain or certain == parcel.carrier or not parcel.carrier:
        return str(parcel.carrier or certain)
    return numbers.carrier_code(tx, work, parcel.shop_id, certain, parcel.id)


def _change_company(tx: Connection, work: Workplace, parcel: Any, company: str) -> None:
    """The parcel is ``company``'s now: with its account here where there is one, else with none."""
    route, account = _place(tx, parcel, company)
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id)
        .values(
            route=route,
            carrier=company,
            account=account,
            choice_reason=parcel_moves.BY_HAND.as_json(),
            changed_at=work.now(),
        )
    )
    for code in (HoldCode.NO_ACCOUNT, HoldCode.OUT_OF_RANGE):
        holding.clear(tx, work, code, parcel_id=parcel.id, why="number of another company")
    checking.advance(tx, work, parcel.id)
    records.note(
        tx,
        work,
        "carrier",
        parcel_id=parcel.id,
        detail={"carrier": company, "was": parcel.carrier, "why": "number bought elsewhere"},
    )


def _place(tx: Connection, parcel: Any, company: str) -> tuple[Route, str]:
    own = tx.execute(
        select(accounts.c.name)
        .where(accounts.c.active, accounts.c.company == company)
        .order_by(accounts.c.position)
    ).scalar()
    if own is not None or parcel.route != Route.PLATFORM:
        return Route.DIRECT, own or ""
    bound = tx.execute(
        select(shop_accounts.c.account_id)
        .where(
            shop_accounts.c.shop_id == parcel.shop_id,
            shop_accounts.c.carrier == company,
            shop_accounts.c.bound,
        )
        .order_by(shop_accounts.c.position)
    ).scalar()
    return (Route.PLATFORM, bound) if bound is not None else (Route.DIRECT, "")


def _must_be_free(tx: Connection, parcel: Any, number: str) -> None:
    kept = outcomes.live_number(tx, parcel.id)
    if kept:
        raise UserError(
            "has_number",
            T("The parcel already has the number {number}.", number=kept),
            T("Cancel the number first."),
            ref=parcel.id,
        )
    numbers.must_be_unknown(tx, number, parcel.id)


def _warning(read: ScannedWaybill, company: str) -> Text | None:
    """What looks odd; never a reason to refuse."""
    if company == "sf" and read.check_digit_ok is False:
        return T("The check digit of this SF number is not as usual: compare it with the label.")
    if read.candidates and company not in {c.carrier for c in read.candidates}:
        return T("The number does not look like one of this company: compare it with the label.")
    return None


def _nothing_unknown(parcel_id: str) -> UserError:
    return UserError(
        "nothing_unknown",
        T("No number of this parcel is in doubt."),
        T("Ask for one with: wave label"),
        ref=parcel_id,
    )
