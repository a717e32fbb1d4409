"""The labels of one printer in a run: one after the other, each certain before the next begins.

A label that is out and the claim of the next one go into one commit: half the waiting for the disk.
A printer in trouble before the first byte holds the run until it is ready again; a label nobody
knows the fate of holds it until somebody says. Without a ``RunControl`` that holds, the run ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, select

from app.domain.errors import PackbenchError
from app.domain.states import PrintState
from app.domain.text import T
from app.jobs import CancelToken
from app.ports import Printer, SendResult, Sent
from app.services.leases import Kept, lease
from app.services.numbers import shipment_numbers
from app.services.printing import journal, print_proofs, rows
from app.services.printing.control import Holding, RunControl
from app.services.printing.drawing import Drawing, Drawn, DrawnBox, draw_parcel
from app.services.printing.journal import Claim
from app.services.printing.printers import fallback_for
from app.services.printing.rows import PrintRow
from app.services.workplace import Workplace
from app.store.tables import print_jobs, waybills


class Lane:
    """One printer's part of a run. ``moved`` are the parcels that another printer takes over."""

    def __init__(
        self,
        work: Workplace,
        printer: str,
        parcel_ids: Sequence[str],
        token: CancelToken,
        control: RunControl,
        emit: Callable[[PrintRow], None],
    ) -> None:
        self._work, self.printer = work, printer
        self._left = deque(parcel_ids)
        self._token, self._control, self._emit = token, control, emit
        self._device: Printer
        self._drawing: Drawing
        self._live = timedelta()
        self._entered: set[str] = set()
        self._look_back = True  # whether the label before may have been cut short
        self._after_cut = False
        self._unwritten: tuple[DrawnBox, Sent, PrintRow | None] | None = None
        self._kept: Kept
        self.moved: tuple[str, list[str]] = ("", [])

    def run(self) -> None:
        """Print; every row is emitted as soon as it is certain.

        A label that cannot be printed is a row, never an exception; a bug rises.
        """
        try:
            self._device = self._work.outside.printer(self.printer)
            with lease(self._work, self._lease) as self._kept:
                journal.sweep(self._work, self._device)
                with self._work.db.read() as tx:
                    self._live = journal.time_to_live(tx)
                try:
                    self._labels()
                finally:
                    self._control.goes_on(self.printer)
                    self._tidy()
        except PackbenchError as error:
            for parcel_id in list(self._left):
                self._give(rows.failed(parcel_id, "", error))

    @property
    def _lease(self) -> str:
        return print_proofs.lease_of(self.printer)

    def _labels(self) -> None:
        with Drawing(self._work, self._device, list(self._left)) as self._drawing:
            for drawn in self._drawing:
                if self._token.cancelled:
                    break
                last = self._parcel(drawn)
                if last is not None:
                    self._stopped(last)
                    break
                if not self._drawing.next_is_ready:
                    self._write()  # nothing to share the commit with
                self._kept.check(self._lease)
            self._write()

    def _give(self, row: PrintRow) -> None:
        self._left.remove(row.parcel)
        self._emit(row)

    def _stopped(self, last: PrintRow) -> None:
        """The printer is in trouble, and nobody waits for it: what follows is not lost."""
        to = self._control.take_move(self.printer)
        if to:
            self.moved = to, list(self._left)
            return
        self._give(last)
        if not self._token.cancelled:
            for parcel_id in list(self._left):
                self._give(rows.waiting(parcel_id, last))

    # --- one parcel -------------------------------------------------------------------------

    def _parcel(self, drawn: Drawn) -> PrintRow | None:
        """Print what is drawn. A row that is given back ends the lane."""
        while True:
            if drawn.row is not None:
                in_doubt = drawn.row.code == rows.UNKNOWN
                if not (in_doubt and self._control.hold):
                    self._write()  # rows come in the order of the run
                    self._give(drawn.row)
                    return None
                self._write()
                if not self._asked(drawn.row):
                    return drawn.row
                drawn = draw_parcel(self._work, self._device, drawn.parcel_id)
                continue
            end = self._boxes(drawn)
            if end is None:
                return None
            if isinstance(end, PrintRow):
                return end
            drawn = end

    def _boxes(self, drawn: Drawn) -> Drawn | PrintRow | None:
        """One label a box. Gives back what to print instead, or the row that ends the lane."""
        last = drawn.boxes[-1]
        for box in drawn.boxes:
            if isinstance(box.prepared, PackbenchError):
                self._undrawable(drawn, box, box.prepared)
                return None
            claim = self._claim(drawn, box)
            if claim is Claim.CHANGED:
                return draw_parcel(self._work, self._device, drawn.parcel_id)
            if claim is Claim.EXPIRED:
                return _expired(drawn.parcel_id, box.number)
            sent = journal.send(self._device, box.prepared, box.job_id, after_cut=self._after_cut)
            self._look_back = sent.cut or self._after_cut
            row = rows.row_of(drawn.parcel_id, box.number, sent)
            if row.ok:
                whole = replace(row, waybill=drawn.number) if box is last else None
                self._unwritten = box, sent, whole
                continue
            self._unwritten = box, sent, None
            self._write()
            if not self._control.hold:
                return row
            unknown = sent.result is SendResult.UNKNOWN
            if not (self._asked(row) if unknown else self._held(row, sent)):
                return row
            return draw_parcel(self._work, self._device, drawn.parcel_id)
        return None

    def _undrawable(self, drawn: Drawn, box: DrawnBox, error: PackbenchError) -> None:
        """Its own trouble, not the next one's. Not a byte has left."""
        self._write()
        nothing = Sent(SendResult.NOT_STARTED, error.message)
        with self._work.db.write() as tx:
            self._enter(tx, [drawn])
            if journal.claim(tx, self._work, drawn, box, again=False) is Claim.TAKEN:
                journal.settle(tx, self._work, self.printer, box.job_id, box.waybill_id, nothing)
        self._give(rows.failed(drawn.parcel_id, box.number, error))

    # --- writing ----------------------------------------------------------------------------

    def _claim(self, drawn: Drawn, box: DrawnBox) -> Claim:
        with self._work.db.write() as tx:
            self._settle(tx)
            if self._look_back:
                self._after_cut = journal.follows_a_cut(tx, self.printer)
            self._enter(tx, [drawn, *self._drawing.drawn_ahead()])
            claim = journal.claim(tx, self._work, drawn, box, again=False)
        self._written()
        self._look_back = False
        return claim

    def _write(self) -> None:
        """Write down what became of the last label, if that is not written yet."""
        if self._unwritten is not None:
            with self._work.db.write() as tx:
                self._settle(tx)
            self._written()

    def _settle(self, tx: Connection) -> None:
        if self._unwritten is not None:
            box, sent, _ = self._unwritten
            journal.settle(tx, self._work, self.printer, box.job_id, box.waybill_id, sent)

    def _written(self) -> None:
        if self._unwritten is not None:
            row = self._unwritten[2]
            if row is not None:
                self._give(row)
            self._unwritten = None

    def _enter(self, tx: Connection, drawn: Sequence[Drawn]) -> None:
        new = [d for d in drawn if d.boxes and d.boxes[0].job_id not in self._entered]
        journal.enter(tx, self._work, self.printer, new, self._live)
        self._entered.update(box.job_id for d in new for box in d.boxes)

    def _tidy(self) -> None:
        with self._work.db.write() as tx:
            self._settle(tx)
            journal.never_begun(tx, self._entered)
        self._written()

    # --- waiting ----------------------------------------------------------------------------

    def _held(self, row: PrintRow, sent: Sent) -> bool:
        """Until the printer is ready, somebody chose another (False), or its time is over."""
        self._tell(row, "held")
        for _ in self._looks():
            status = self._device.status()
            if status.can_start:
                self._control.goes_on(self.printer)
                return True
            if status != sent.status:
                sent = Sent(SendResult.NOT_STARTED, status.message, status)
                row = rows.row_of(row.parcel, row.waybill, sent)
                self._tell(row, "held")
        return False

    def _asked(self, row: PrintRow) -> bool:
        """Until somebody said whether the label came out, or scanned it."""
        with self._work.db.read() as tx:
            waybill_id = _waybill_id(tx, row)
        self._tell(row, "asked")
        for _ in self._looks():
            with self._work.db.read() as tx:
                job = print_proofs.last_job(tx, waybill_id)
            if job is None or job.state not in print_proofs.OPEN_JOBS:
                self._control.goes_on(self.printer)
                return True
        return False

    def _looks(self) -> Iterator[None]:
        """Each time it is time to look again; ends when the waiting is over."""
        monotonic = self._work.clock.monotonic
        most_s = self._live.total_seconds()
        if self._control.most_s is not None:
            most_s = min(most_s, self._control.most_s)
        ends_s = monotonic() + most_s
        while not self._left_alone() and monotonic() < ends_s:
            yield
            self._kept.check(self._lease)
            self._control.rest(self.printer)

    def _left_alone(self) -> bool:
        return self._token.cancelled or bool(self._control.moved(self.printer))

    def _tell(self, row: PrintRow, result: str) -> None:
        with self._work.db.read() as tx:
            fallback = fallback_for(tx, self._work.bench, self.printer, row.parcel)
        self._control.waits(
            Holding(
                self.printer,
                row.code,
                row.message,
                row.remedy,
                row.parcel,
                row.waybill,
                fallback,
                self._work.now(),
            )
        )
        self._emit(replace(row, result=result))
        self._work.changed("printers", "waves")


def _expired(parcel_id: str, number: str) -> PrintRow:
    return PrintRow(
        parcel_id,
        number,
        "failed",
        "print_expired",
        T("The label {number} waited too long for its printer and was not begun.", number=number),
        T("Print it again when the printer is ready."),
    )


def _waybill_id(tx: Connection, row: PrintRow) -> str:
    """The waybill of the label that a row is about: the one whose job is open."""
    found = tx.execute(
        select(waybills.c.id)
        .join(print_jobs, print_jobs.c.waybill_id == waybills.c.id)
        .where(
            waybills.c.parcel_id == row.parcel,
            waybills.c.number == row.waybill,
            print_jobs.c.state.in_([PrintState.CLAIMED, PrintState.UNKNOWN]),
            waybills.c.kind != shipment_numbers.RETURN_SLIP,
        )
    ).scalar()
    return str(found or "")
