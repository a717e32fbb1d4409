"""Serial numbers of what is in a box, wanted for goods that the state subsidises.

They travel with the report of the shipment. Without them such a parcel is not shipped, unless a
person says why it goes without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.domain.text import T, Text
from app.services import records
from app.services.parcels import checking
from app.services.workplace import Workplace
from app.store.tables import orders, parcels

_SERIAL = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{3,63}")
_IMEI = re.compile(r"\d{15}")
WITHOUT = "without"  # key of the stored reason


@dataclass(frozen=True, slots=True)
class SerialsRow:
    """What is noted for a parcel. ``warnings``: numbers that look mistyped; they count."""

    parcel: str
    serial: str
    imei1: str = ""
    imei2: str = ""
    without: str = ""  # why it goes without
    warnings: tuple[Text, ...] = ()


def record(
    work: Workplace, parcel_id: str, serial: str, imei1: str = "", imei2: str = ""
) -> SerialsRow:
    """Note the numbers of what is in the box; noted again they replace the earlier ones.

    Raises ``UserError``: ``no_such_parcel``, ``bad_serial``, ``bad_imei``, ``already_shipped``.
    """
    serial, imei1, imei2 = (re.sub(r"\s", "", n) for n in (serial, imei1, imei2))
    if not _SERIAL.fullmatch(serial):
        raise UserError(
            "bad_serial",
            T("“{number}” is no serial number.", number=serial),
            T("Scan the serial number on the product or its box."),
            ref=parcel_id,
        )
    for imei in filter(None, (imei1, imei2)):
        if not _IMEI.fullmatch(imei):
            raise UserError(
                "bad_imei",
                T("“{number}” is no IMEI: it has 15 digits.", number=imei),
                T("Scan the IMEI on the product or its box."),
                ref=parcel_id,
            )
    if imei2 and imei2 == imei1:
        imei2 = ""
    kept = {"serial": serial, "imei1": imei1, "imei2": imei2}
    _store(work, parcel_id, kept, "serials")
    warnings = tuple(
        T("The check digit of IMEI {number} is not right; scan it once more.", number=imei)
        for imei in (imei1, imei2)
        if imei and not luhn(imei)
    )
    return SerialsRow(parcel_id, serial, imei1, imei2, warnings=warnings)


def go_without(work: Workplace, parcel_id: str, why: str) -> SerialsRow:
    """A person lets the parcel go without serial numbers and says why."""
    why = why.strip()[:200]
    if not why:
        raise UserError(
            "no_reason",
            T("Going without serial numbers needs a reason."),
            T("Say in a few words why."),
            ref=parcel_id,
        )
    _store(work, parcel_id, {WITHOUT: why}, "serials_without")
    return SerialsRow(parcel_id, "", without=why)


def of_parcel(work: Workplace, parcel_id: str) -> SerialsRow | None:
    """What is noted for the parcel, None when nothing is."""
    with work.db.read() as tx:
        kept = tx.execute(select(parcels.c.serials).where(parcels.c.id == parcel_id)).scalar()
    if not kept:
        return None
    return SerialsRow(
        parcel_id,
        kept.get("serial", ""),
        kept.get("imei1", ""),
        kept.get("imei2", ""),
        kept.get(WITHOUT, ""),
    )


def wanting(tx: Connection, parcel_id: str) -> frozenset[str]:
    """Our ids of the parcel's orders that want serial numbers."""
    found = tx.execute(
        select(orders.c.id).where(
            orders.c.id.in_(records.orders_of(tx, [parcel_id])), orders.c.serials_wanted
        )
    ).scalars()
    return frozenset(found)


def must_be_there(tx: Connection, parcel: Any) -> None:
    """Before shipping. Raises ``UserError`` (``serial_missing``)."""
    if parcel.serials or not wanting(tx, parcel.id):
        return
    raise UserError(
        "serial_missing",
        T("These goods are reported with a serial number, and none was noted."),
        T("Scan the serial number of what is in the box: parcels serial"),
        ref=parcel.id,
    )


def to_report(parcel: Any) -> Mapping[str, str] | None:
    """What the shop hears of the parcel's serial numbers."""
    kept = parcel.serials or {}
    return kept if kept.get("serial") else None


def luhn(digits: str) -> bool:
    """Whether the last of ``digits`` is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _store(work: Workplace, parcel_id: str, kept: Mapping[str, str], action: str) -> None:
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise checking.no_such_parcel(parcel_id)
        if parcel.state in {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}:
            raise UserError(
                "already_shipped",
                T("The parcel has been shipped already."),
                T("Nothing has to be done."),
                ref=parcel_id,
            )
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id)
            .values(
                serials=dict(kept),
                changed_at=work.now(),
                revision=parcels.c.revision + 1,
            )
        )
        records.note(tx, work, action, parcel_id=parcel_id)
    work.changed("parcels", "orders")
