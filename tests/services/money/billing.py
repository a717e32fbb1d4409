"""Parcels that left, and statements of carriers about them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import select, update

from app.domain.states import ParcelState, WaybillState
from app.services.money import fees
from app.services.numbers.labelling import label_wave
from app.store.tables import parcels, waybills
from tests.services.money.test_choice import apply
from tests.support.warehouse import Bench

PRICE = """
[[price]]
name = "{carrier} 2026"
account = "{carrier}"
zones = [
  {{ name = "rest", first_g = 1000, first_fen = 400, further_g = 1000, further_fen = 150 }},
]
"""
HEADINGS = ("序号", "发件日期", "运单号", "目的地", "计费重量(kg)", "运费(元)")
DAY = "2026-03-15"


@dataclass(frozen=True, slots=True)
class Sent:
    """A parcel that left, weighed and estimated."""

    parcel: str
    waybill: str
    number: str
    weight_g: int
    fee_fen: int

    def cells(self, fee: str = "", weight: str = "", day: str = DAY, number: str = "") -> list[str]:
        """A right line of the statement, with what differs."""
        return [
            "1",
            day,
            number or self.number,
            "浙江 杭州",
            weight or f"{self.weight_g / 1000:.2f}",
            fee or f"{self.fee_fen / 100:.2f}",
        ]


def sent(bench: Bench, carrier: str = "zto", weight_g: int = 1260) -> list[Sent]:
    """All parcels of a carrier: numbered with a price table, weighed, and gone."""
    apply(bench, PRICE.format(carrier=carrier))
    rows = label_wave(bench.work, bench.wave(carrier=carrier))
    ids = [r.parcel for r in rows if r.ok]
    now = bench.work.now()
    with bench.work.db.write() as tx:
        found = tx.execute(
            select(parcels.c.id, parcels.c.waybill_id, waybills.c.number)
            .join(waybills, waybills.c.id == parcels.c.waybill_id)
            .where(parcels.c.id.in_(ids), parcels.c.carrier == carrier)
            .order_by(parcels.c.id)
        ).all()
        for row in found:
            tx.execute(
                update(parcels)
                .where(parcels.c.id == row.id)
                .values(state=ParcelState.SHIPPED, weight_g=weight_g, packed_at=now, shipped_at=now)
            )
            tx.execute(
                update(waybills)
                .where(waybills.c.id == row.waybill_id)
                .values(state=WaybillState.HANDED_OVER)
            )
            fees.note_weight(tx, bench.work, row.id)
    known = fees.of_parcels(bench.work, [r.id for r in found])
    return [
        Sent(r.id, r.waybill_id, r.number, weight_g, known[r.id].estimated_fen or 0) for r in found
    ]


def csv_file(
    file: Path,
    rows: Sequence[Sequence[str]],
    headings: Sequence[str] = HEADINGS,
    encoding: str = "gb18030",
    above: Sequence[Sequence[str]] = (),
) -> Path:
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows([*above, headings, *rows])
    return file


def excel_file(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(file)
    return file
