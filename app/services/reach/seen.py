"""What is seen of a parcel without asking anybody, as findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from app.domain.address import Address
from app.domain.address_checks import flaws
from app.domain.checks import Finding, FoundBy, Weight, finding
from app.domain.companies import company
from app.domain.fixes import Fix, fix_for
from app.domain.reach import ReachAnswer, ReachVerdict
from app.domain.states import Route
from app.domain.text import T, Text
from app.domain.waybills import Booking, ProblemClass
from app.ports import ChecksFields, WaybillSource
from app.services.workplace import Workplace
from app.store.tables import account_states, shop_accounts

_BY = {
    "own": FoundBy.OWN,
    "online": FoundBy.ONLINE,
    "list": FoundBy.LIST,
    "learned": FoundBy.LEARNED,
}


def in_address(receiver: Address) -> Iterator[Finding]:
    """Contradictions, gaps and odd characters; all of them warn."""
    for flaw in flaws(receiver):
        yield Finding(
            Weight.DOUBTFUL,
            FoundBy.FIELDS,
            flaw.kind,
            flaw.message,
            flaw.remedy,
            Fix.EDIT_ADDRESS,
            flaw.code,
        )


def in_fields(work: Workplace, source: WaybillSource, booking: Booking) -> Iterator[Finding]:
    """What a direct carrier's limits say, and characters that our label cannot show.

    A receiver that the platform masks is not judged: it comes in clear with the number.
    """
    if isinstance(source, ChecksFields):
        for fault in source.check_fields(booking):
            if fault.problem.kind is not ProblemClass.MASKED:
                weight = Weight.REFUSED if fault.blocks else Weight.DOUBTFUL
                yield finding(weight, FoundBy.FIELDS, fault.problem)
    receiver = booking.receiver
    if receiver.masked:
        return
    # Emoji are left out before anything is printed; what counts are letters and hanzi.
    letters = "".join(c for c in f"{receiver.name}{receiver.full}" if c.isalpha())
    missing = work.outside.stationery.missing_glyphs(letters)
    if missing:
        yield Finding(
            Weight.DOUBTFUL,
            FoundBy.FIELDS,
            ProblemClass.FIX_ADDRESS,
            T("The label's font has no {characters}.", characters=missing),
            T("Write it another way, or write it on the box by hand."),
            Fix.EDIT_ADDRESS,
            "no_glyph",
        )


def in_place(carrier: str, answer: ReachAnswer) -> Iterator[Finding]:
    """What the tables say of the place."""
    if answer.verdict not in {ReachVerdict.REFUSED, ReachVerdict.DOUBTFUL}:
        return
    refused = answer.verdict is ReachVerdict.REFUSED
    name = company(carrier).name
    if refused:
        usual: Text = T("{carrier} does not deliver to this address.", carrier=name)
        remedy = T("Choose another carrier.")
    else:
        usual = T("{carrier} may not deliver to this address.", carrier=name)
        remedy = T("Choose another carrier, or send it as it is.")
    yield Finding(
        Weight.REFUSED if refused else Weight.DOUBTFUL,
        _BY[answer.origin],
        ProblemClass.OUT_OF_RANGE,
        answer.reason or usual,
        remedy,
        Fix.CHANGE_CARRIER,
        answer.code,
        answer.said,
    )


def in_account(tx: Connection, parcel: Any) -> Iterator[Finding]:
    """Numbers that are used up and an account that was refused when last asked."""
    name = company(parcel.carrier).name
    if parcel.route == Route.PLATFORM:
        left = tx.execute(
            select(shop_accounts.c.balance).where(
                shop_accounts.c.shop_id == parcel.shop_id,
                shop_accounts.c.account_id == parcel.account,
            )
        ).scalar()
        problem = None
    else:
        row = tx.execute(
            select(account_states.c.numbers_left, account_states.c.problem).where(
                account_states.c.account == parcel.account
            )
        ).one_or_none()
        left, problem = (row.numbers_left, row.problem) if row is not None else (None, None)
    if left is not None and left <= 0:
        yield Finding(
            Weight.REFUSED,
            FoundBy.ACCOUNT,
            ProblemClass.BALANCE,
            T("No waybill numbers are left at {carrier}.", carrier=name),
            T("Recharge at the carrier's site, then get the numbers again."),
            Fix.RECHARGE,
            "balance",
        )
    if problem and problem.get("message"):
        code = str(problem.get("code", ""))
        yield Finding(
            Weight.DOUBTFUL,
            FoundBy.ACCOUNT,
            ProblemClass.ACCOUNT,
            Text.from_json(problem["message"]),
            Text.from_json(problem.get("remedy", "")),
            fix_for(ProblemClass.ACCOUNT),
            code,
        )
