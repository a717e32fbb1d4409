"""The parcel in hand goes on without the database.

While the database is away its scans are judged in memory by the same rule, kept on this PC
(``bench_journal``) and told when it is back, each with its own nonce: told twice, it counts once.
No other parcel is opened meanwhile and none is sealed: a refund or a hold must still stop it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from app.domain.errors import PackbenchError, RetryableError
from app.domain.packing import Item, OpenParcel, Scanned, last_counted, scan_item, undo
from app.domain.states import OPEN_STATES, Verdict
from app.domain.text import T
from app.services.parcels import packing
from app.services.parcels.bench_journal import BenchJournal, KeptScan
from app.services.parcels.packing import Closed, Opened
from app.services.workplace import Workplace
from app.store.tables import parcels, sku_barcodes
from app.store.troubles import AWAY


@dataclass(frozen=True, slots=True)
class Told:
    """What the database made of the scans that were kept. ``stopped``: a box that must wait.

    ``parcel`` is the parcel in hand as the database has it now.
    """

    scans: int = 0
    parcel: OpenParcel | None = None
    stopped: Opened | None = None
    differs: Scanned | None = None  # of the parcel in hand: counted another way than here


class InHand:
    """What one bench has on its table. ``tell`` may run beside the rest, which is one thread's."""

    def __init__(self, work: Workplace, journal: BenchJournal | None = None) -> None:
        self._work = work
        folder = work.folder
        self._journal = journal or (BenchJournal(folder) if folder is not None else None)
        self._guard = threading.Lock()
        self._telling = threading.Lock()
        self._away = False
        self._opened: Opened | None = None
        self._codes: Mapping[str, tuple[Item, ...]] = {}
        self._unclear = ""  # the parcel whose seal nobody knows of

    @property
    def away(self) -> bool:
        """Whether the database is not there, as far as is known."""
        return self._away

    @property
    def kept(self) -> int:
        """How many scans wait on this PC."""
        return len(self._journal) if self._journal is not None else 0

    def lost(self, error: PackbenchError) -> bool:
        """Whether ``error`` means that the database is away; from now on it is taken to be."""
        if error.code in AWAY:
            self._away = True
            return True
        return False

    def open(self, code: str) -> Opened:
        """Open a parcel by its label; while the database is away only the one in hand.

        Raises ``RetryableError`` (``no_database``) for another one.
        """
        try:
            if self.kept:
                self.tell()
            if not self._away:
                return self._remembered(packing.open_parcel(self._work, code))
        except PackbenchError as error:
            if not self.lost(error):
                raise
        known = self._opened
        if known is not None and packing.normalise_number(code) == known.number:
            return known
        raise RetryableError(
            "no_database",
            T("No database: no other parcel can be opened now."),
            T("Finish the one in hand; open the next one when the database is back."),
        )

    def _remembered(self, opened: Opened) -> Opened:
        if opened.parcel is not None:
            with self._work.db.read() as tx:
                self._codes = _codes_of(tx, opened.parcel)
            self._opened = opened
        return opened

    def scan(self, parcel: OpenParcel, code: str, nonce: str, quantity: int = 1) -> Scanned:
        """One goods code over the open parcel: the verdict at once, written down before it returns.

        Raises ``UserError`` (``scan_not_kept``).
        """
        while True:
            if not self._away:
                try:
                    result = packing.scan(self._work, parcel, code, nonce=nonce, quantity=quantity)
                except PackbenchError as error:
                    if self._journal is None or not self.lost(error):
                        raise
                else:
                    self._now(result.parcel)
                    return result
            with self._guard:
                if self._away:  # else it came back this very moment, and is asked again
                    return self._judged(parcel, packing.clean_code(code), nonce, quantity)

    def _judged(self, parcel: OpenParcel, code: str, nonce: str, quantity: int) -> Scanned:
        result = replace(scan_item(parcel, code, self._codes.get(code, ()), quantity), kept=True)
        if result.accepted and self._journal is not None:
            at = self._work.now()
            self._journal.keep(
                KeptScan(nonce, at, parcel.parcel_id, parcel.number, code, result.counted)
            )
            self._now(result.parcel)
        return result

    def _now(self, parcel: OpenParcel | None) -> None:
        known = self._opened
        if parcel is None or known is None or known.parcel is None:
            return
        if known.parcel.parcel_id == parcel.parcel_id:
            self._opened = replace(known, parcel=parcel)

    def undo_last(self, parcel: OpenParcel) -> OpenParcel:
        """Take back the last piece; of those kept here only.

        Raises ``RetryableError`` (``no_database``) when the last one is in the database.
        """
        if not self._away:
            changed = packing.undo_last(self._work, parcel)
            self._now(changed)
            return changed
        last = self._journal.last_of(parcel.parcel_id) if self._journal is not None else None
        found = self._codes.get(last.code, ()) if last is not None else ()
        skus = {item.sku_id for item in found}
        took = last_counted(parcel, skus)
        if last is None or took is None or self._journal is None:
            raise _not_now()
        self._journal.forget(last.nonce)
        line, part_sku_id = took
        changed = undo(parcel, line.line_id, last.quantity, part_sku_id)
        self._now(changed)
        return changed

    def close(self, parcel: OpenParcel, weight_g: int | None = None) -> Closed:
        """Seal the complete parcel, with the database alone.

        Raises what ``packing.close`` does, and ``RetryableError`` (``no_database``).
        """
        if self._away or self.kept:
            raise _not_now()
        try:
            return packing.close(self._work, parcel, weight_g)
        except PackbenchError as error:
            if self.lost(error):
                if error.code == "database_unclear":
                    self._unclear = parcel.parcel_id
                raise _not_now() from error
            ours = error.code == "already_shipped" and parcel.parcel_id == self._unclear
            if ours and _sealed_here(self._work, parcel.parcel_id):
                return Closed(parcel.parcel_id, parcel.number, weight_g)
            raise

    def tell(self) -> Told:
        """Tell the database what was kept, the oldest first; then it is there again.

        Raises what the database says while it is still away: nothing is lost then.
        """
        with self._telling:
            told = Told()
            while True:
                while self._journal is not None and (kept := self._journal.first()) is not None:
                    told = self._tell(kept, told)
                parcel = self._read()
                with self._guard:  # nothing more is kept between this look and the word
                    if not self.kept:
                        self._away = False
                        self._now(parcel)
                        return replace(told, parcel=parcel)

    def _tell(self, kept: KeptScan, told: Told) -> Told:
        result = packing.tell_kept(self._work, kept)
        stopped, differs = told.stopped, told.differs
        if self._is_in_hand(kept.parcel_id) and not result.accepted:
            differs = result
            if result.verdict in {Verdict.HELD, Verdict.ALREADY_SHIPPED}:
                stopped = packing.open_parcel(self._work, kept.number)
        if self._journal is not None:
            self._journal.forget(kept.nonce)
        return Told(told.scans + 1, None, stopped, differs)

    def _is_in_hand(self, parcel_id: str) -> bool:
        known = self._opened
        return (
            known is not None and known.parcel is not None and known.parcel.parcel_id == parcel_id
        )

    def _read(self) -> OpenParcel | None:
        known = self._opened.parcel if self._opened is not None else None
        with self._work.db.read() as tx:
            return None if known is None else packing.read_parcel(tx, known.parcel_id)


def _codes_of(tx: Connection, parcel: OpenParcel) -> dict[str, tuple[Item, ...]]:
    """Every code of the parcel's goods, and all that it may mean."""
    items = [line.item for line in parcel.lines]
    items += [part.item for line in parcel.lines for part in line.parts]
    ours = {item.sku_id for item in items}
    barcodes = select(sku_barcodes.c.barcode).where(sku_barcodes.c.sku_id.in_(ours))
    codes = {item.code for item in items} | set(tx.execute(barcodes).scalars())
    return {code: tuple(packing.find_items(tx, code)) for code in codes}


def _sealed_here(work: Workplace, parcel_id: str) -> bool:
    """Whether the parcel was packed at this bench, and is not open any more."""
    with work.db.read() as tx:
        query = select(parcels.c.id).where(
            parcels.c.id == parcel_id,
            parcels.c.bench == work.bench,
            parcels.c.packed_at.is_not(None),
            parcels.c.state.not_in(OPEN_STATES),
        )
        return tx.execute(query).first() is not None


def _not_now() -> RetryableError:
    return RetryableError(
        "no_database",
        T("No database just now; the scans are kept on this PC."),
        T("Leave the box here; it goes on by itself when the database is back."),
    )
