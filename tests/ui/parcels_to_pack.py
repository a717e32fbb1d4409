"""Parcels with their labels on paper, for the bench in the window."""

from __future__ import annotations

from sqlalchemy import func, select

from app.domain.states import ParcelState
from app.services.numbers.labelling import label_wave
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.printing import printing
from app.services.waves import wave_views
from app.store.tables import parcel_lines
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

_FEW = 4


def parcels_to_pack(bench: Bench) -> list[ParcelRow]:
    """The first parcels of a synced bench, and those with the most lines and the most pieces.

    A whole wave costs each test a second and more, and it would pack two parcels of it.
    """
    loose = [p.id for p in wave_views.loose_rows(bench.work)]
    lines, pieces = func.count(), func.sum(parcel_lines.c.quantity)
    content = select(parcel_lines.c.parcel_id).where(parcel_lines.c.parcel_id.in_(loose))
    by_size = content.group_by(parcel_lines.c.parcel_id)
    with bench.work.db.read() as tx:
        biggest = [
            tx.execute(by_size.order_by(n.desc())).scalars().first() for n in (lines, pieces)
        ]
    wanted = {*loose[:_FEW], *biggest}
    wave = bench.wave(only=[i for i in loose if i in wanted])
    label_wave(bench.work, wave)
    printing.print_wave(with_fake_printers(bench.work)[0], wave)
    rows = parcel_rows(bench.work, [i for i in loose if i in wanted])
    return [row for row in rows if row.printed and row.state == ParcelState.TO_PICK]
