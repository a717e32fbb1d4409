"""Labels drawn a few ahead of the printer, in the order of the run, by a thread of its own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, select

from app.domain.errors import PackbenchError
from app.domain.text import T, Text
from app.ports import Prepared, Printer
from app.services import records
from app.services.numbers import label_files
from app.services.numbers.shipment_numbers import boxes_of
from app.services.printing import label_content, print_proofs, rows
from app.services.printing.rows import PrintRow
from app.services.workplace import Workplace
from app.store.tables import parcels, waybills

_AHEAD = 6  # labels; a printer of one label a second never waits, and little is drawn in vain


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
        self._ahead: deque[Future[Drawn]] = deque()
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
        while self._ahead:
            drawn = self._ahead.popleft()
            self._fill()
            yield drawn.result()

    def _fill(self) -> None:
        while self._left and len(self._ahead) < _AHEAD:
            parcel_id = self._left.popleft()
            self._ahead.append(
                self._thread.submit(draw_parcel, self._work, self._device, parcel_id)
            )

    @property
    def next_is_ready(self) -> bool:
        """Whether the next parcel's labels are there already."""
        return bool(self._ahead) and self._ahead[0].done()

    def drawn_ahead(self) -> list[Drawn]:
        """What is drawn and has not been given out."""
        done = [f for f in self._ahead if f.done() and not f.cancelled() and f.exception() is None]
        return [future.result() for future in done]


def draw_parcel(work: Workplace, device: Printer, parcel_id: str) -> Drawn:
    """Read a parcel's labels that are not out yet, and draw them for ``device``."""
    with work.db.read() as tx:
        found = _ready(tx, parcel_id)
        if isinstance(found, PrintRow):
            return Drawn(parcel_id, row=found)
        parcel, boxes = found
        named = [(work.key(), box) for box in boxes]
        try:
            labels = [
                (key, box, label_content.label_of(tx, work, box, job_id=key)) for key, box in named
            ]
        except PackbenchError as error:  # what the label needs has not come
            return Drawn(parcel_id, row=rows.failed(parcel_id, parcel.number, error))
    drawn = []
    for key, box, label in labels:
        prepared: Prepared | PackbenchError
        try:
            prepared = device.prepare(label)
        except PackbenchError as error:
            prepared = error
        drawn.append(DrawnBox(key, box.id, box.number, prepared))
    return Drawn(parcel_id, parcel.number, parcel.wave_id, parcel.revision, tuple(drawn))


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
