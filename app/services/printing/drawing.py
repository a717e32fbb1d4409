"""Labels drawn a few ahead of the printer, in the order of the run, by a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, select

from app.domain.errors import PackbenchError
from app.domain.labels import Label
from app.domain.text import T, Text
from app.ports import Prepared, Printer
from app.services import records
from app.services.numbers import label_files
from app.services.numbers.shipment_numbers import boxes_of
from app.services.printing import label_content, print_proofs, rows
from app.services.printing.rows import PrintRow
from app.services.workplace import Workplace
from app.store.tables import parcels, waybills

_AHEAD = 8  # labels that wait drawn, at least: no printer waits, and little is drawn in vain
_AT_ONCE = 8  # labels drawn as one document


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """One label, ready to be sent, or why it could not be drawn."""

    job_id: str
    waybill_id: str
    number: str
    prepared: Prepared | PackbenchError


@dataclass(frozen=True, slots=True)
class Drawn:
    """The labels of a parcel that are still to be printed, as the parcel was when it was read.

    Without ``boxes``, ``row`` says why nothing is printed. ``number`` is that of the parcel.
    """

    parcel_id: str
    number: str = ""
    wave_id: str | None = None
    revision: int = 0
    boxes: tuple[DrawnBox, ...] = ()
    row: PrintRow | None = None


class Drawing:
    """Iterate to get each parcel's labels in order; drawing goes on meanwhile."""

    def __init__(self, work: Workplace, device: Printer, parcel_ids: Iterable[str]) -> None:
        self._work, self._device = work, device
        self._left = deque(parcel_ids)
        self._batches: deque[tuple[int, Future[list[Drawn]]]] = deque()
        self._here: deque[Drawn] = deque()
        self._at_once = 1
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="labels")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)

    def __iter__(self) -> Iterator[Drawn]:
        self._fill()
        while self._here or self._batches:
            if not self._here:
                self._here.extend(self._batches.popleft()[1].result())
            drawn = self._here.popleft()
            self._fill()
            yield drawn

    def _fill(self) -> None:
        """Ask for the next batch. The first is one label, so that the printer begins at once."""
        while self._left and self._waiting() < _AHEAD:
            batch = [self._left.popleft() for _ in range(min(self._at_once, len(self._left)))]
            future = self._thread.submit(draw_parcels, self._work, self._device, batch)
            self._batches.append((len(batch), future))
            self._at_once = min(2 * self._at_once, _AT_ONCE)

    def _waiting(self) -> int:
        return len(self._here) + sum(size for size, _ in self._batches)

    @property
    def next_is_ready(self) -> bool:
        """Whether the next parcel's labels are there already."""
        return bool(self._here) or (bool(self._batches) and self._batches[0][1].done())

    def drawn_ahead(self) -> list[Drawn]:
        """What is drawn and has not been given out."""
        found = list(self._here)
        for _, batch in self._batches:
            if batch.done() and not batch.cancelled() and batch.exception() is None:
                found.extend(batch.result())
        return found


def draw_parcel(work: Workplace, device: Printer, parcel_id: str) -> Drawn:
    """Read a parcel's labels that are not out yet, and draw them for ``device``."""
    return draw_parcels(work, device, [parcel_id])[0]


def draw_parcels(work: Workplace, device: Printer, parcel_ids: Sequence[str]) -> list[Drawn]:
    """``draw_parcel`` for several; all labels are drawn at once."""
    with work.db.read() as tx:
        shared = label_content.Shared()
        read = [_read(tx, work, device, parcel_id, shared) for parcel_id in parcel_ids]
    papers = iter(device.prepare_all([box.label for one in read for box in one.boxes]))
    return [
        Drawn(
            one.parcel_id,
            one.number,
            one.wave_id,
            one.revision,
            tuple(DrawnBox(b.job_id, b.waybill_id, b.number, next(papers)) for b in one.boxes),
            one.row,
        )
        for one in read
    ]


@dataclass(frozen=True, slots=True)
class _ReadBox:
    job_id: str
    waybill_id: str
    number: str
    label: Label


@dataclass(frozen=True, slots=True)
class _Read:
    parcel_id: str
    number: str = ""
    wave_id: str | None = None
    revision: int = 0
    boxes: tuple[_ReadBox, ...] = ()
    row: PrintRow | None = None


def _read(
    tx: Connection,
    work: Workplace,
    device: Printer,
    parcel_id: str,
    shared: label_content.Shared,
) -> _Read:
    found = _ready(tx, parcel_id)
    if isinstance(found, PrintRow):
        return _Read(parcel_id, row=found)
    parcel, waybills_left = found
    media = device.config.media
    boxes = []
    for box in waybills_left:
        key = work.key()
        try:
            label = label_content.label_of(tx, work, box, job_id=key, media=media, shared=shared)
        except PackbenchError as error:  # what the label needs has not come
            return _Read(parcel_id, row=rows.failed(parcel_id, parcel.number, error))
        boxes.append(_ReadBox(key, box.id, box.number, label))
    return _Read(parcel_id, parcel.number, parcel.wave_id, parcel.revision, tuple(boxes))


def _ready(tx: Connection, parcel_id: str) -> tuple[Any, list[Any]] | PrintRow:
    """The parcel and the waybills of its boxes whose label is not out; or why there are none."""
    row = tx.execute(
        select(
            waybills,
            parcels.c.printed.label("done"),
            parcels.c.wave_id,
            parcels.c.revision,
        )
        .join(parcels, parcels.c.waybill_id == waybills.c.id)
        .where(parcels.c.id == parcel_id)
    ).one_or_none()
    if row is None:
        return PrintRow(
            parcel_id,
            "",
            "failed",
            "no_number",
            T("The parcel has no waybill number yet."),
            T("Get one with: wave label"),
        )
    held = records.active_holds(tx, parcel_id)
    if held and not row.done:
        return PrintRow(
            parcel_id,
            row.number,
            "failed",
            held[0].code,
            Text.from_json(held[0].reason),
            T("Release the hold first."),
        )
    left = []
    for box in boxes_of(tx, row):
        lacking = label_files.lacking(tx, box)
        if lacking is not None and not row.done:
            return rows.failed(parcel_id, box.number, lacking)
        job = print_proofs.last_job(tx, box.id)
        if job is not None and job.state in print_proofs.OPEN_JOBS:
            return rows.in_doubt(parcel_id, box.number)
        if job is None or job.state not in print_proofs.DONE_JOBS:
            left.append(box)
    if row.done or not left:
        return PrintRow(parcel_id, row.number, "kept")
    return row, left
