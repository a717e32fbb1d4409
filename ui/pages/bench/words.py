"""Short pieces of text: numbers for the eye, receiver, deadline, how far a parcel is."""

from __future__ import annotations

from datetime import datetime

from app.domain.address import Address
from app.domain.companies import company
from app.domain.privacy import for_screen
from app.domain.states import ParcelState
from app.domain.text import ntr, tr
from app.services.parcels.packing import Opened
from ui.pages.bench.steps import Figures


def grouped(number: str) -> str:
    """A waybill number in groups of four, for the eye."""
    head = number[:2] if number[:2].isalpha() else ""
    rest = number[len(head) :]
    groups = [rest[i : i + 4] for i in range(0, len(rest), 4)]
    return " ".join([head, *groups]) if head else " ".join(groups)


def receiver(answer: Opened) -> str:
    """Name hidden, place short, carrier: what is needed to see that box and label belong."""
    person = for_screen(Address.from_dict(answer.receiver or {}))
    places = [person.city or person.province, person.district]
    place = " ".join(_short(p) for p in places if p)
    carrier = str(company(answer.carrier).name) if answer.carrier else ""
    return " · ".join(part for part in (person.name, place, carrier) if part)


def _short(place: str) -> str:
    return place[:-1] if len(place) > 2 and place[-1] in "省市区县" else place


def how_far(found: Figures) -> str:
    """Where the parcel sealed last is on its way to the shop."""
    if found.sealed is None:
        return ""
    match ParcelState(found.sealed.state):
        case ParcelState.SHIPPED | ParcelState.DELIVERED:
            return tr("Shipped, scan the next label")
        case ParcelState.TO_REPORT if found.only_read:
            return tr("Noted; this shop is only read, tell it there")
        case ParcelState.TO_REPORT if found.offline:
            return tr("Noted; {n} parcels are sent when the network is back", n=found.unsent)
        case ParcelState.TO_REPORT:
            return tr("Sealed, telling the shop")
        case _:
            return tr("Sealed, scan the next label")


def due(at: object, now: datetime) -> str:
    """By when the carrier must have it; with the day when that is not today."""
    if not isinstance(at, datetime):
        return ""
    here = at.astimezone()
    time = f"{here:%H:%M}"
    if here.date() == now.astimezone().date():
        return tr("by {time}", time=time)
    return tr("by {month}/{day} {time}", month=here.month, day=here.day, time=time)


def without_database(kept: int) -> str:
    """The top bar while the database is away."""
    if not kept:
        return tr("No database")
    return ntr("No database, {n} scan kept here", "No database, {n} scans kept here", kept)
