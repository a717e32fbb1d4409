"""What a label looks like before and while it is printed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import func, select

from app.domain.errors import RetryableError, UserError
from app.domain.labels import DrawnLabel, FileLabel, Label, PlatformLabel
from app.domain.states import Document, Route
from app.domain.text import T
from app.ports import ComponentInfo, PlatformPrinter, Sent
from app.services.printing import label_content
from app.services.printing.printers import label_media, own_printers, printer_for
from app.services.workplace import Workplace
from app.store.tables import label_designs, parcels, waybills

_DOTS_PER_MM = 8.0
_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LabelPicture:
    """What the label ``number`` looks like: ``png`` at 8 dots a mm, ``None`` for one that only the
    platform's component can draw. ``mark`` changes when the label would look otherwise.
    """

    number: str
    carrier: str
    media: str
    png: bytes | None = field(repr=False)
    mark: str

    @property
    def size_mm(self) -> tuple[float, float]:
        width, _, height = self.media.partition("x")
        return float(width), float(height)


def label_png(work: Workplace, parcel_id: str) -> bytes | None:
    """The parcel's label as a PNG of 8 dots a mm, on the media of the printer it goes to.

    ``None``: it has no number yet, or only the platform's component can draw it. Takes tens of
    milliseconds: never on the main thread. Raises ``UserError`` when it cannot be drawn.
    """
    with work.db.read() as tx:
        waybill = tx.execute(
            select(waybills)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(parcels.c.id == parcel_id)
        ).one_or_none()
        if waybill is None:
            return None
        label = label_content.label_of(tx, work, waybill)
        media = label_media(tx, work.bench, Route(waybill.route))
    if isinstance(label, PlatformLabel):
        return None
    return work.outside.stationery.render(label, "png", media, _DOTS_PER_MM)


def parcel_of(work: Workplace, number: str) -> str:
    """The parcel whose label carries this number. Raises ``UserError`` (``no_such_waybill``)."""
    with work.db.read() as tx:
        return str(label_content.find_waybill(tx, number).parcel_id)


def picture_of(work: Workplace, number: str, known: LabelPicture | None = None) -> LabelPicture:
    """The label of the waybill ``number``; ``known`` itself while it still looks like that.

    Takes tens of milliseconds when it is drawn: never on the main thread. Raises ``UserError``
    (``no_such_waybill``, or it cannot be drawn).
    """
    with work.db.read() as tx:
        waybill = label_content.find_waybill(tx, number)
        label = label_content.label_of(tx, work, waybill)
        media = label_media(tx, work.bench, Route(waybill.route))
        designed = tx.execute(select(func.max(label_designs.c.changed_at))).scalar()
    mark = _mark(label, media, str(designed))
    if known is not None and known.mark == mark:
        return known
    drawn = not isinstance(label, PlatformLabel)
    png = work.outside.stationery.render(label, "png", media, _DOTS_PER_MM) if drawn else None
    return LabelPicture(waybill.number, waybill.carrier, media, png, mark)


def _mark(label: Label, *other: str) -> str:
    """Of everything but the time: a digest, so that nobody's name stays in it."""
    if isinstance(label, DrawnLabel):
        label = replace(label, printed_at=_NO_TIME)
    digest = hashlib.sha256("\n".join((repr(label), *other)).encode())
    if isinstance(label, FileLabel):
        digest.update(label.content)
    return digest.hexdigest()


def show_in_component(work: Workplace, number: str, printer: str | None = None) -> Sent:
    """Open the platform's own preview of a platform label; nothing is printed. Waits on it.

    Raises ``UserError``: ``no_such_waybill``, ``not_a_platform_label``, ``no_component`` …
    """
    with work.db.read() as tx:
        waybill = label_content.find_waybill(tx, number)
        label = label_content.label_of(tx, work, waybill)
        name = printer_for(tx, work.bench, Route(waybill.route), Document.LABEL, printer)
    if not isinstance(label, PlatformLabel):
        raise UserError(
            "not_a_platform_label",
            T("{number} is no label of the platform's print component.", number=number),
            T("Look at it with: label render"),
            ref=number,
        )
    if isinstance(name, UserError):
        raise name
    device = work.outside.printer(name)
    if not isinstance(device, PlatformPrinter):
        raise UserError(
            "no_component",
            T("No printer of the platform's print component is set up."),
            T("Add a [[printer]] with language = “component” and run: config apply"),
        )
    return device.preview(label)


def components(work: Workplace) -> dict[str, ComponentInfo | RetryableError]:
    """Every configured print component by its printer's name: what runs there, or why not."""
    with work.db.read() as tx:
        names = [p.name for p in own_printers(tx, work.bench) if p.language == "component"]
    found: dict[str, ComponentInfo | RetryableError] = {}
    for name in names:
        device = work.outside.printer(name)
        if isinstance(device, PlatformPrinter):
            try:
                found[name] = device.about()
            except RetryableError as error:
                found[name] = error
    return found
