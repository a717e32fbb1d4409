"""Which company a typed or scanned number belongs to: ours first, then patterns, then asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.domain import recognition
from app.domain.companies import COMPANIES
from app.domain.errors import PackbenchError
from app.domain.recognition import Confidence, ScannedWaybill, read_waybill
from app.domain.text import T, Text
from app.ports import Capability, Recognises, has
from app.services.workplace import Workplace
from app.store.tables import accounts, waybills


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a number seems to be. ``carrier`` is "" where nobody can tell.

    ``parcel`` is the parcel of ours that has the number already: it cannot be taken again.
    ``others`` are further companies it may belong to, the likeliest first.
    """

    number: str
    carrier: str
    others: tuple[str, ...] = ()
    parcel: str = ""
    sure: bool = False
    warning: Text | None = None


def read(scanned: str) -> ScannedWaybill:
    """What the text of a scanner or a person says, by the patterns alone."""
    return read_waybill(scanned)


def certainly(found: ScannedWaybill) -> str:
    """The one company whose numbers alone look like this; "" when another is thinkable."""
    if len(found.candidates) != 1 or found.candidates[0].confidence is not Confidence.CERTAIN:
        return ""
    return found.candidates[0].carrier


def suggest(work: Workplace, scanned: str, *, online: bool = True) -> Suggestion:
    """The company that a form should preselect. Never raises; waits on the network if ``online``.

    It is asked online only when the patterns leave it open and an account can be asked, for that
    may cost money.
    """
    found = read_waybill(scanned)
    with work.db.read() as tx:
        ours = tx.execute(
            select(waybills.c.parcel_id, waybills.c.carrier)
            .where(waybills.c.number.in_(recognition.forms(scanned)))
            .order_by(waybills.c.issued_at.desc())
        ).first()
    if ours is not None:
        return Suggestion(found.number, ours.carrier, parcel=ours.parcel_id, sure=True)
    codes = [c.carrier for c in found.candidates]
    best = found.candidates[0].confidence if found.candidates else Confidence.WEAK
    carrier = found.carrier if best >= Confidence.STRONG else ""
    if not carrier and online and len(found.number) >= 8:
        asked = _asked(work, found.number)
        if asked:
            carrier, codes = asked[0], [*asked, *codes]
    carrier = carrier or found.carrier
    warning = None
    if carrier == "sf" and found.check_digit_ok is False:
        warning = T("The check digit of this SF number is not as usual: compare it with the label.")
    others = tuple(code for code in dict.fromkeys(codes) if code != carrier)
    return Suggestion(
        found.number, carrier, others, sure=best is Confidence.CERTAIN, warning=warning
    )


def ours(tx: Connection, scanned: str) -> str:
    """The number of ours that a scanned text holds, "" when it is none of ours."""
    number: str | None = tx.execute(
        select(waybills.c.number)
        .where(waybills.c.number.in_(recognition.forms(scanned)))
        .order_by(waybills.c.issued_at.desc())
    ).scalar()
    return number or ""


def _asked(work: Workplace, number: str) -> Sequence[str]:
    with work.db.read() as tx:
        names = list(
            tx.execute(
                select(accounts.c.name).where(accounts.c.active).order_by(accounts.c.position)
            ).scalars()
        )
    known = {c.code for c in COMPANIES}
    for name in names:
        try:
            source = work.outside.carrier(name)
        except PackbenchError as error:
            work.log.info("account %s cannot be asked: %s", name, error.code)
            continue
        if has(source, Capability.RECOGNISE) and isinstance(source, Recognises):
            answer = source.recognise(number)
            if isinstance(answer, list) and answer:
                return sorted(answer, key=lambda code: code not in known)
    return ()
