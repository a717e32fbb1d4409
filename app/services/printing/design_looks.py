"""What a label design looks like with real orders, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import UserError
from app.domain.label_designs import Finding, LabelDesign, Place
from app.domain.labels import DrawnLabel
from app.domain.states import Route
from app.domain.text import T
from app.services.printing import design_samples, label_content
from app.services.workplace import Workplace
from app.store.tables import order_lines, orders, parcel_lines, parcels, waybills

WORST, USUAL = "worst", "usual"
_NEWEST = 400
_HEAD_DOTS = 8.0


@dataclass(frozen=True, slots=True)
class Preview:
    """A label as it would be printed, in true millimetres."""

    png: bytes = field(repr=False)
    width_mm: float
    height_mm: float
    own_box: Place
    free_zones: tuple[Place, ...]
    findings: tuple[Finding, ...]


def look(
    work: Workplace, design: LabelDesign, sample: str = WORST, dots_per_mm: float = _HEAD_DOTS
) -> Preview:
    """``preview`` in a few hundredths of a second: the picture alone, nothing is looked for.

    From any thread but the window's. Raises ``UserError`` as ``preview`` does.
    """
    label = replace(_sample(work, design, sample), design=design)
    png = work.outside.stationery.render(label, "png", design.media, dots_per_mm)
    width, height = design.size_mm
    return Preview(png, width, height, design.own.place, design.free, ())


def preview(
    work: Workplace, design: LabelDesign, sample: str = WORST, dots_per_mm: float = _HEAD_DOTS
) -> Preview:
    """``design`` with the hardest order of the database, a usual one, or a parcel's own label.

    Takes a few tenths of a second: from any thread but the window's. Raises ``UserError``:
    ``no_such_sample``, ``label_incomplete``, ``picture_unreadable``.
    """
    label = _sample(work, design, sample)
    proof = work.outside.stationery.proof(label, design, dots_per_mm)
    width, height = design.size_mm
    return Preview(proof.png, width, height, design.own.place, design.free, proof.findings)


def check(work: Workplace, design: LabelDesign) -> list[Finding]:
    """Everything that is wrong with ``design`` when the hardest orders are printed by it.

    Those with the longest address, the most goods and the longest note; where there is none yet, an
    invented one with all of it. Raises ``UserError`` (``picture_unreadable``).
    """
    labels = _hardest(work, design) or [design_samples.worst(design.template, work.now())]
    found: dict[tuple[str, str], Finding] = {}
    for label in labels:
        try:
            proof = work.outside.stationery.proof(label, design, _HEAD_DOTS)
        except UserError as error:
            if error.code != "label_incomplete":
                raise
            continue  # that order's own trouble, not the design's
        for finding in proof.findings:
            found.setdefault((finding.code, finding.element), finding)
    return list(found.values())


def _sample(work: Workplace, design: LabelDesign, sample: str) -> DrawnLabel:
    if sample == USUAL:
        return design_samples.usual(design.template, work.now())
    if sample == WORST:
        real = _hardest(work, design)
        return real[0] if real else design_samples.worst(design.template, work.now())
    with work.db.read() as tx:
        row = tx.execute(
            select(waybills)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(parcels.c.id == sample)
        ).one_or_none()
        label = _drawn(tx, work, row) if row is not None else None
    if label is None or label.template != design.template:
        raise UserError(
            "no_such_sample",
            T("This parcel has no label that the design can show."),
            T("Choose a parcel of the same carrier that has a number."),
            ref=sample,
        )
    return replace(label, design=None)


def _hardest(work: Workplace, design: LabelDesign) -> list[DrawnLabel]:
    """Of the newest labels of this template: the longest address first, then goods and notes."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(waybills.c.id, waybills.c.parcel_id)
            .where(
                waybills.c.template == design.template,
                waybills.c.route == Route.DIRECT,
                waybills.c.kind == "mother",
            )
            .order_by(waybills.c.id.desc())
            .limit(_NEWEST)
        ).all()
        if not rows:
            return []
        sizes = _sizes(tx, [r.parcel_id for r in rows])
        chosen: dict[str, None] = {}
        for n in range(3):
            hardest = max(rows, key=lambda r: sizes.get(r.parcel_id, (0, 0, 0))[n])
            chosen[hardest.id] = None
        picked = tx.execute(select(waybills).where(waybills.c.id.in_(list(chosen)))).all()
        order = list(chosen)
        labels = (_drawn(tx, work, row) for row in sorted(picked, key=lambda r: order.index(r.id)))
        return [label for label in labels if label is not None]


def _sizes(tx: Connection, parcel_ids: Iterable[str]) -> dict[str, tuple[int, int, int]]:
    """Of each parcel: characters of its address, kinds of goods, characters of its notes."""
    rows = tx.execute(
        select(
            parcel_lines.c.parcel_id,
            orders.c.receiver,
            func.length(orders.c.buyer_note).label("note"),
            order_lines.c.id,
        )
        .join(order_lines, order_lines.c.id == parcel_lines.c.order_line_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(parcel_lines.c.parcel_id.in_(list(parcel_ids)), parcel_lines.c.quantity > 0)
    )
    sizes: dict[str, tuple[int, int, int]] = {}
    for row in rows:
        address, lines, note = sizes.get(row.parcel_id, (0, 0, 0))
        long = sum(len(str(v)) for v in row.receiver.values() if isinstance(v, str))
        sizes[row.parcel_id] = (max(address, long), lines + 1, max(note, row.note or 0))
    return sizes


def _drawn(tx: Connection, work: Workplace, row: Any) -> DrawnLabel | None:
    label = label_content.label_of(tx, work, row)
    return label if isinstance(label, DrawnLabel) else None
