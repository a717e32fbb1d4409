"""What our own records say of the numbers on a statement, and the bill kept with each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.days import china_day
from app.domain.freight import BillLine, Judged, Ours, Verdict, judge
from app.domain.tracking import TrackStage
from app.services.money import fees
from app.services.workplace import Workplace
from app.store.tables import freight_lines, parcels, tracks, waybill_fees, waybills

_BACK = (TrackStage.RETURNING.value, TrackStage.RETURNED.value)
_AGAIN = (Verdict.DOUBLE.value, Verdict.RETURNED.value)
_MOTHER = "mother"
_CHUNK = 25  # lines a transaction


@dataclass(frozen=True, slots=True)
class Found:
    """A judged line with the waybill it is about; ``day``: when that left, ISO or ""."""

    judged: Judged
    waybill_id: str | None = None
    weight_g: int | None = None
    day: str = ""

    def columns(self) -> dict[str, Any]:
        return {
            "waybill_id": self.waybill_id,
            "weight_g": self.weight_g,
            "expected_fen": self.judged.expected_fen,
            "over_fen": self.judged.over_fen,
            "verdict": self.judged.verdict.value,
        }


def of_lines(
    tx: Connection, work: Workplace, carrier: str, lines: Sequence[BillLine]
) -> list[Found]:
    """What to think of each line, in their order, before they are written."""
    numbers = [line.number for line in lines]
    ours = _waybills(tx, carrier, numbers)
    earlier = Counter(
        tx.execute(
            select(freight_lines.c.number).where(
                freight_lines.c.carrier == carrier, freight_lines.c.number.in_(numbers)
            )
        ).scalars()
    )
    found = []
    for line in lines:
        row = ours.get(line.number)
        again = earlier[line.number] > 0
        earlier[line.number] += 1
        if row is None:
            found.append(Found(judge(line, None, again=again)))
            continue
        known = _ours(tx, work, row)
        day = china_day(row.shipped_at).isoformat() if row.shipped_at else ""
        judged = judge(line, known, again=again)
        found.append(Found(judged, row.waybill_id, known.weight_g, day))
    return found


def anew(work: Workplace, statement: str = "") -> int:
    """Judge lines nobody accepted once more: prices or weights are others now.

    Of one statement, or of all. Returns how many lines are seen otherwise.
    """
    changed, after = 0, ""
    while True:
        with work.db.write() as tx:
            query = select(freight_lines).where(
                freight_lines.c.id > after, freight_lines.c.accepted_at.is_(None)
            )
            if statement:
                query = query.where(freight_lines.c.statement_id == statement)
            rows = tx.execute(query.order_by(freight_lines.c.id).limit(_CHUNK)).all()
            mine = {
                carrier: _waybills(tx, carrier, [r.number for r in rows if r.carrier == carrier])
                for carrier in {r.carrier for r in rows}
            }
            for row in rows:
                changed += _judge_anew(tx, work, row, mine[row.carrier].get(row.number))
        if not rows:
            break
        after = rows[-1].id
    if changed:
        work.changed("freight")
    return changed


def _judge_anew(tx: Connection, work: Workplace, row: Any, mine: Any | None) -> bool:
    ours = None if mine is None else _ours(tx, work, mine)
    line = BillLine(row.line, row.number, row.billed_fen, row.billed_weight_g, row.day, row.kind)
    judged = judge(line, ours, again=row.verdict in _AGAIN)
    found = Found(judged, mine.waybill_id if mine else None, ours.weight_g if ours else None)
    values = found.columns()
    if all(getattr(row, name) == value for name, value in values.items()):
        return False
    tx.execute(update(freight_lines).where(freight_lines.c.id == row.id).values(**values))
    return True


def keep_bills(tx: Connection, work: Workplace, carrier: str, numbers: Sequence[str]) -> None:
    """Write what was billed in all for these numbers beside what was estimated."""
    rows = tx.execute(
        select(
            freight_lines.c.waybill_id,
            func.sum(freight_lines.c.billed_fen).label("fen"),
            func.max(freight_lines.c.billed_weight_g).label("weight_g"),
        )
        .where(
            freight_lines.c.carrier == carrier,
            freight_lines.c.number.in_(numbers),
            freight_lines.c.waybill_id.is_not(None),
        )
        .group_by(freight_lines.c.waybill_id)
    ).all()
    for row in rows:
        values = {
            "billed_fen": int(row.fen),
            "billed_weight_g": row.weight_g,
            "billed_at": work.now(),
            "billed_by": carrier,
            "changed_at": work.now(),
        }
        known = tx.execute(
            update(waybill_fees).where(waybill_fees.c.waybill_id == row.waybill_id).values(**values)
        )
        if known.rowcount == 0:
            tx.execute(insert(waybill_fees).values(waybill_id=row.waybill_id, **values))


def _waybills(tx: Connection, carrier: str, numbers: Sequence[str]) -> Mapping[str, Any]:
    rows = tx.execute(
        select(
            waybills.c.id.label("waybill_id"),
            waybills.c.number,
            waybills.c.kind,
            waybills.c.parcel_id,
            waybills.c.first_scan_at,
            parcels.c.waybill_id.label("live_id"),
            parcels.c.weight_g,
            parcels.c.expected_weight_g,
            parcels.c.shipped_at,
            waybill_fees.c.estimated_fen,
            waybill_fees.c.weight_g.label("estimated_for_g"),
            tracks.c.stage,
        )
        .join(parcels, parcels.c.id == waybills.c.parcel_id)
        .outerjoin(waybill_fees, waybill_fees.c.waybill_id == waybills.c.id)
        .outerjoin(tracks, tracks.c.waybill_id == waybills.c.id)
        .where(waybills.c.carrier == carrier, waybills.c.number.in_(numbers))
    )
    return {r.number: r for r in rows}


def _ours(tx: Connection, work: Workplace, row: Any) -> Ours:
    # A number that was given back, or never left, and that no carrier has scanned.
    left = row.shipped_at is not None and (row.live_id == row.waybill_id or row.kind != _MOTHER)
    expected = row.estimated_fen
    if expected is None and left and row.kind == _MOTHER:
        expected = fees.fee_of(tx, work, row.parcel_id).estimated_fen
    return Ours(
        sent=left or row.first_scan_at is not None,
        weight_g=row.weight_g or row.estimated_for_g or row.expected_weight_g or None,
        expected_fen=expected,
        returned=row.stage in _BACK,
    )
