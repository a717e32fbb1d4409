"""What the freight page shows: sums of a period, the lines that differ, and the statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from app.domain.days import china_day
from app.domain.freight import DIFFERING, VERDICT_WORDS, Verdict
from app.domain.text import T, Text
from app.services.workplace import Workplace
from app.store.tables import (
    freight_lines,
    freight_statements,
    order_lines,
    orders,
    parcel_lines,
    waybills,
)

_DIFFERS = [v.value for v in DIFFERING]


@dataclass(frozen=True, slots=True)
class Period:
    """Days in China, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CarrierSum:
    """One carrier in a period. ``over_fen``: what is claimed, of lines nobody accepted."""

    carrier: str
    parcels: int
    billed_fen: int
    expected_fen: int  # of the lines that have a price
    over_fen: int
    differing: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class FreightSummary:
    """All carriers of a period together."""

    period: Period
    carriers: tuple[CarrierSum, ...]

    @property
    def parcels(self) -> int:
        return sum(c.parcels for c in self.carriers)

    @property
    def billed_fen(self) -> int:
        return sum(c.billed_fen for c in self.carriers)

    @property
    def over_fen(self) -> int:
        return sum(c.over_fen for c in self.carriers)

    @property
    def differing(self) -> int:
        return sum(c.differing for c in self.carriers)


@dataclass(frozen=True, slots=True)
class FreightRow:
    """One line of a statement. Money in fen; ``over_fen`` below 0: charged too little."""

    id: str
    carrier: str
    number: str
    day: str
    verdict: Verdict
    reason: Text
    billed_fen: int
    billed_weight_g: int | None
    expected_fen: int | None
    weight_g: int | None
    over_fen: int
    statement: str
    line: int
    parcel: str
    orders: tuple[str, ...]
    accepted_at: datetime | None
    accepted_by: str
    accepted_why: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement that was taken in. ``asked``: the carrier's own answers, no file."""

    id: str
    carrier: str
    name: str
    asked: bool
    lines: int
    complete: bool
    imported_at: datetime
    imported_by: str


def recent(work: Workplace) -> Period:
    """From the first day of last month until today: what bills are about."""
    today = china_day(work.now())
    last_month = today.replace(day=1) - timedelta(days=1)
    return Period(last_month.replace(day=1), today)


def month_of(day: date) -> Period:
    """The whole month around a day."""
    first = day.replace(day=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return Period(first, next_month - timedelta(days=1))


def billed_months(work: Workplace, limit: int = 24) -> list[Period]:
    """The months that statements are about, the latest first."""
    month = func.substr(freight_lines.c.day, 1, 7)
    query = select(month).distinct().order_by(month.desc()).limit(limit)
    with work.db.read() as tx:
        found = list(tx.execute(query).scalars())
    return [month_of(date.fromisoformat(f"{m}-01")) for m in found]


def month_of_statement(work: Workplace, statement: str) -> Period | None:
    """The month that most lines of a statement are about; ``None`` for one without lines."""
    month = func.substr(freight_lines.c.day, 1, 7)
    query = (
        select(month)
        .where(freight_lines.c.statement_id == statement)
        .group_by(month)
        .order_by(func.count().desc(), month.desc())
    )
    with work.db.read() as tx:
        found = tx.execute(query).scalar()
    return None if found is None else month_of(date.fromisoformat(f"{found}-01"))


def line_ids(
    work: Workplace, period: Period, carrier: str = "", *, accepted: bool = False
) -> list[str]:
    """All lines that are not as expected, the dearest first; ``accepted``: those too."""
    lines = freight_lines.c
    query = (
        select(lines.id)
        .where(_within(period, carrier), lines.verdict.in_(_DIFFERS))
        .order_by(lines.accepted_at.is_not(None), lines.over_fen.desc(), lines.id)
    )
    if not accepted:
        query = query.where(lines.accepted_at.is_(None))
    with work.db.read() as tx:
        return list(tx.execute(query).scalars())


def lines_of(work: Workplace, ids: Sequence[str]) -> list[FreightRow]:
    """These lines (a page of them), in the order given; what is gone is left out."""
    query = (
        select(freight_lines, freight_statements.c.name, waybills.c.parcel_id)
        .join(freight_statements, freight_statements.c.id == freight_lines.c.statement_id)
        .outerjoin(waybills, waybills.c.id == freight_lines.c.waybill_id)
        .where(freight_lines.c.id.in_(list(ids)))
    )
    with work.db.read() as tx:
        rows = {r.id: r for r in tx.execute(query).all()}
        named = _orders_of(tx, [r.parcel_id for r in rows.values() if r.parcel_id])
    return [_row(rows[i], named.get(rows[i].parcel_id, ())) for i in ids if i in rows]


def summary(work: Workplace, period: Period, carrier: str = "") -> FreightSummary:
    """Sums by carrier, the largest bill first."""
    lines = freight_lines.c
    claimed = and_(lines.verdict.in_(_DIFFERS), lines.accepted_at.is_(None))
    query = (
        select(
            lines.carrier,
            func.count(func.distinct(lines.number)).label("parcels"),
            func.sum(lines.billed_fen).label("billed"),
            func.coalesce(func.sum(lines.expected_fen), 0).label("expected"),
            func.sum(case((claimed, lines.over_fen), else_=0)).label("over"),
            func.sum(case((claimed, 1), else_=0)).label("differing"),
            func.sum(case((lines.verdict == Verdict.UNPRICED.value, 1), else_=0)).label("unpriced"),
        )
        .where(_within(period, carrier))
        .group_by(lines.carrier)
        .order_by(func.sum(lines.billed_fen).desc())
    )
    with work.db.read() as tx:
        rows = tx.execute(query).all()
    return FreightSummary(
        period,
        tuple(
            CarrierSum(
                r.carrier,
                r.parcels,
                int(r.billed),
                int(r.expected),
                int(r.over),
                int(r.differing),
                int(r.unpriced),
            )
            for r in rows
        ),
    )


def differing(
    work: Workplace,
    period: Period,
    carrier: str = "",
    *,
    accepted: bool = False,
    limit: int = 200,
    offset: int = 0,
) -> list[FreightRow]:
    """Lines that are not as expected, the dearest first; ``accepted``: those too."""
    lines = freight_lines.c
    query = (
        select(freight_lines, freight_statements.c.name, waybills.c.parcel_id)
        .join(freight_statements, freight_statements.c.id == lines.statement_id)
        .outerjoin(waybills, waybills.c.id == lines.waybill_id)
        .where(_within(period, carrier), lines.verdict.in_(_DIFFERS))
        .order_by(lines.over_fen.desc(), lines.id)
        .limit(limit)
        .offset(offset)
    )
    if not accepted:
        query = query.where(lines.accepted_at.is_(None))
    with work.db.read() as tx:
        rows = tx.execute(query).all()
        named = _orders_of(tx, [r.parcel_id for r in rows if r.parcel_id])
    return [_row(r, named.get(r.parcel_id, ())) for r in rows]


def statements(work: Workplace, limit: int = 100) -> list[StatementRow]:
    """The statements, the newest first."""
    held = (
        select(freight_lines.c.statement_id, func.count().label("lines"))
        .group_by(freight_lines.c.statement_id)
        .subquery()
    )
    query = (
        select(freight_statements, held.c.lines)
        .outerjoin(held, held.c.statement_id == freight_statements.c.id)
        .order_by(freight_statements.c.imported_at.desc(), freight_statements.c.id.desc())
        .limit(limit)
    )
    with work.db.read() as tx:
        rows = tx.execute(query).all()
    return [
        StatementRow(
            r.id,
            r.carrier,
            r.name,
            r.kind == "asked",
            r.lines or 0,
            r.line_count > 0,
            r.imported_at,
            r.imported_by,
        )
        for r in rows
    ]


def _within(period: Period, carrier: str) -> ColumnElement[bool]:
    days = freight_lines.c.day.between(period.first.isoformat(), period.last.isoformat())
    return and_(days, freight_lines.c.carrier == carrier) if carrier else days


def _orders_of(tx: Connection, parcel_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if not parcel_ids:
        return found
    rows = tx.execute(
        select(parcel_lines.c.parcel_id, orders.c.order_id)
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(parcel_ids))
        .distinct()
        .order_by(orders.c.order_id)
    )
    for r in rows:
        found[r.parcel_id] = (*found.get(r.parcel_id, ()), r.order_id)
    return found


def _row(row: Any, named: tuple[str, ...]) -> FreightRow:
    verdict = Verdict(row.verdict)
    return FreightRow(
        id=row.id,
        carrier=row.carrier,
        number=row.number,
        day=row.day,
        verdict=verdict,
        reason=_reason(verdict, row.weight_g, row.billed_weight_g),
        billed_fen=row.billed_fen,
        billed_weight_g=row.billed_weight_g,
        expected_fen=row.expected_fen,
        weight_g=row.weight_g,
        over_fen=row.over_fen,
        statement=row.name,
        line=row.line,
        parcel=row.parcel_id or "",
        orders=named,
        accepted_at=row.accepted_at,
        accepted_by=row.accepted_by,
        accepted_why=row.accepted_why,
    )


def _reason(verdict: Verdict, ours_g: int | None, billed_g: int | None) -> Text:
    if verdict is Verdict.WEIGHT and ours_g is not None and billed_g is not None:
        return T(
            "weighed {ours} kg, billed {billed} kg",
            ours=f"{ours_g / 1000:.2f}",
            billed=f"{billed_g / 1000:.2f}",
        )
    return VERDICT_WORDS[verdict]
