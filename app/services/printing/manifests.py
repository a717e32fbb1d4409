"""交接单: what is handed over to each carrier's driver. No name, no phone, no street on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from app.domain.companies import company
from app.domain.days import CHINA
from app.domain.errors import UserError
from app.domain.papers import Manifest, ManifestPart, ManifestRow
from app.domain.states import LIVE_WAYBILL_STATES, ParcelState
from app.domain.text import T
from app.ports import SendResult, Sent
from app.services import records
from app.services.printing.sheets import print_sheet
from app.services.waves.waves import find_wave, unheld
from app.services.workplace import Workplace
from app.store.tables import (
    audit,
    order_lines,
    orders,
    parcel_lines,
    parcels,
    settings,
    shipments,
    waybills,
)

CODE_PREFIX = "HAND-"
_PRINTED = "manifest"  # the audit trail's word
_STILL_HERE = timedelta(days=2)  # sealed longer ago, a parcel has gone whether scanned or not
_REMEMBERED = timedelta(days=60)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none is taken for another when read out


@dataclass(frozen=True, slots=True)
class HandOver:
    """The paper, and how many sealed parcels are left out of it because they are on hold."""

    manifest: Manifest
    held: int = 0

    @property
    def parcels(self) -> int:
        return sum(len(part.rows) for part in self.manifest.parts)


def hand_over(
    work: Workplace,
    *,
    carrier: str | None = None,
    wave: str | None = None,
    day: date | None = None,
) -> HandOver:
    """What waits for the drivers: sealed in the last two days, not seen by its carrier yet.

    With ``wave`` or ``day`` (of sealing, in China's time): everything sealed in it, handed over or
    not. A held parcel that the shop does not count as sent must not go and is left out. Raises
    ``UserError``: ``nothing_to_hand_over``, ``no_such_wave``.
    """
    with work.db.read() as tx:
        which = [_SEALED, *_wanted(tx, work, wave, day)]
        if carrier is not None:
            which.append(waybills.c.carrier == carrier)
        rows = list(tx.execute(_query(and_(*which, _MAY_GO))))
        held = tx.execute(
            select(func.count())
            .select_from(parcels)
            .join(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(*which, not_(_MAY_GO))
        ).scalar_one()
        if not rows:
            raise _nothing(held)
        printed = _printed_before(tx, work)
        cities = _cities(tx, work, rows)
        shop = _shop(tx)
    parts = tuple(_parts(rows, cities, printed))
    return HandOver(Manifest(shop, work.now(), parts), held)


def print_manifest(work: Workplace, manifest: Manifest, printer: str | None = None) -> Sent:
    """Put it on paper; printed again, its parts say so. Raises: see ``print_sheet``."""
    sent = print_sheet(work, manifest, printer)
    if sent.result is not SendResult.NOT_STARTED:  # in doubt it is out: the next one is a reprint
        with work.db.write() as tx:
            for part in manifest.parts:
                detail = {"code": part.code, "parcels": len(part.rows)}
                records.note(tx, work, _PRINTED, detail=detail)
    return sent


_SEALED: ColumnElement[bool] = and_(
    waybills.c.state.in_(LIVE_WAYBILL_STATES),
    or_(
        parcels.c.state.in_([ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED]),
        and_(parcels.c.state == ParcelState.TO_PACK, parcels.c.packed_at.is_not(None)),
    ),
)
_MAY_GO: ColumnElement[bool] = or_(
    parcels.c.state.in_([ParcelState.SHIPPED, ParcelState.DELIVERED]), unheld()
)
_SEALED_AT = func.coalesce(parcels.c.packed_at, parcels.c.shipped_at)


def _wanted(
    tx: Connection, work: Workplace, wave: str | None, day: date | None
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wave is not None:
        found.append(parcels.c.wave_id == find_wave(tx, wave).id)
    if day is not None:
        start = datetime.combine(day, time(), CHINA)
        found += [start <= _SEALED_AT, start + timedelta(days=1) > _SEALED_AT]
    if not found:
        found = [
            waybills.c.first_scan_at.is_(None),
            parcels.c.state != ParcelState.DELIVERED,
            work.now() - _STILL_HERE <= _SEALED_AT,
        ]
    return found


def _query(which: ColumnElement[bool]) -> Any:
    return (
        select(
            parcels.c.id,
            parcels.c.box_no,
            parcels.c.weight_g,
            shipments.c.box_count,
            waybills.c.number,
            waybills.c.carrier,
            waybills.c.account,
            waybills.c.parties_sealed,
        )
        .join(waybills, waybills.c.id == parcels.c.waybill_id)
        .join(shipments, shipments.c.id == parcels.c.shipment_id)
        .where(which)
        .order_by(waybills.c.carrier, waybills.c.account, _SEALED_AT, waybills.c.number)
    )


def _nothing(held: int) -> UserError:
    remedy = (
        T("{held} sealed parcels are on hold: parcels list --hold", held=held)
        if held
        else T("Seal parcels at the bench first, or name a wave or a day.")
    )
    return UserError("nothing_to_hand_over", T("No parcel waits for a driver."), remedy)


def _parts(
    rows: Sequence[Any], cities: dict[str, str], printed: dict[str, int]
) -> Iterator[ManifestPart]:
    for (carrier, account), some in groupby(rows, lambda r: (r.carrier, r.account)):
        found = [
            ManifestRow(
                r.number,
                r.box_no,
                max(1, r.box_count),
                r.weight_g or 0,
                cities.get(r.id, ""),
            )
            for r in some
        ]
        code = _code(carrier, account, [r.number for r in found])
        name = str(company(carrier).name)
        yield ManifestPart(name, account, code, tuple(found), printed.get(code, 0))


def _code(carrier: str, account: str, numbers: Sequence[str]) -> str:
    """The same parcels have the same code, on whichever computer and however often printed."""
    text = "\n".join((carrier, account, *sorted(numbers)))
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5])
    return CODE_PREFIX + "".join(_LETTERS[value >> shift & 31] for shift in range(35, -1, -5))


def _printed_before(tx: Connection, work: Workplace) -> dict[str, int]:
    """How often each code was printed in the last weeks."""
    counts: dict[str, int] = {}
    for detail in tx.execute(
        select(audit.c.detail).where(
            audit.c.action == _PRINTED, audit.c.at >= work.now() - _REMEMBERED
        )
    ).scalars():
        code = str((detail or {}).get("code", ""))
        counts[code] = counts.get(code, 0) + 1
    return counts


def _cities(tx: Connection, work: Workplace, rows: Sequence[Any]) -> dict[str, str]:
    """Where each parcel goes: the label's own city, else the order's; nothing else is read."""
    found = {}
    for r in rows:
        if r.parties_sealed:
            receiver = json.loads(work.sealer.unseal(r.parties_sealed)).get("receiver") or {}
            found[r.id] = _city(receiver)
    missing = [r.id for r in rows if not found.get(r.id)]
    for r in tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.receiver)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(missing))
        .order_by(parcel_lines.c.parcel_id, orders.c.paid_at, orders.c.id)
    ):
        if not found.get(r.parcel_id):
            found[r.parcel_id] = _city(r.receiver or {})
    return found


def _city(receiver: dict[str, Any]) -> str:
    return str(receiver.get("city") or receiver.get("province") or "")


def _shop(tx: Connection) -> str:
    """Who hands over: the sender's name as configured."""
    stored = tx.execute(select(settings.c.value).where(settings.c.key == "sender")).scalar()
    return str(stored.get("name", "")) if isinstance(stored, dict) else ""
