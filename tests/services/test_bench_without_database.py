"""A bench that loses its database goes on with the parcel in hand: nothing is lost or doubled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.domain.errors import PackbenchError, RetryableError
from app.domain.packing import OpenParcel, Scanned
from app.domain.states import ParcelState, Verdict
from app.services.orders import holding
from app.services.parcels import packing
from app.services.parcels.bench_journal import FILE, BenchJournal, KeptScan
from app.services.parcels.in_hand import InHand
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.store import engine
from app.store.tables import parcel_lines, scans
from tests.support.bundle_floor import SET, A, B, Floor
from tests.support.clock import START_AT
from tests.support.postgres import Server, running_server
from tests.support.warehouse import Bench, open_bench
from tests.ui.parcels_to_pack import parcels_to_pack


class Outage:
    """Takes the database away, and gives it back."""

    def __init__(self, bench: Bench, server: Server | None) -> None:
        self._bench, self._server = bench, server
        self._keeping = ExitStack()

    def begin(self) -> None:
        if self._server is not None:
            self._server.stop("immediate")  # as when its plug is pulled
            return
        # Another PC keeps the file on the network drive, or the drive is gone: nobody may write.
        file = self._bench.work.db.url.database
        other = self._keeping.enter_context(closing(sqlite3.connect(str(file))))
        other.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        if self._server is not None:
            self._server.start()
        self._keeping.close()


@dataclass(frozen=True, slots=True)
class Table:
    """A bench with a printed parcel of several pieces, and its database's power switch."""

    bench: Bench
    row: ParcelRow
    other: ParcelRow
    pieces: list[str]
    outage: Outage

    def scan(self, hand: InHand, parcel: OpenParcel, code: str, nonce: str = "") -> Scanned:
        return hand.scan(parcel, code, nonce or self.bench.work.key())

    def stored(self) -> tuple[int, int]:
        """Pieces by the parcel's lines, and by its scans."""
        with self.bench.work.db.read() as tx:
            lines = select(func.sum(parcel_lines.c.scanned)).where(
                parcel_lines.c.parcel_id == self.row.id
            )
            told = select(func.sum(scans.c.quantity)).where(scans.c.parcel_id == self.row.id)
            return int(tx.execute(lines).scalar_one()), int(tx.execute(told).scalar_one())

    def state(self) -> str:
        return parcel_rows(self.bench.work, [self.row.id])[0].state


@contextmanager
def laid(folder: Path, server: Server | None) -> Iterator[Table]:
    url = server.url if server is not None else ""
    with open_bench(folder, then=Bench.sync, server=url) as bench:
        rows = parcels_to_pack(bench)
        with bench.work.db.read() as tx:
            found = {row.id: packing.read_parcel(tx, row.id) for row in rows}
        rows.sort(key=lambda r: found[r.id].need)
        row = rows[-1]
        pieces = [line.item.code for line in found[row.id].lines for _ in range(line.need)]
        yield Table(bench, row, rows[0], pieces, Outage(bench, server))


@pytest.fixture
def table(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Table]:
    monkeypatch.setattr(engine, "_BUSY_MS", 50)
    with ExitStack() as held:
        server = None
        if getattr(request, "param", "") == "postgresql":
            request.getfixturevalue("server")  # says so loudly where it is not installed
            server = held.enter_context(running_server())
        yield held.enter_context(laid(tmp_path / "bench", server))


def opened(hand: InHand, number: str) -> OpenParcel:
    answer = hand.open(number)
    assert answer.parcel is not None, answer.verdict
    return answer.parcel


def code_of(error: pytest.ExceptionInfo[PackbenchError]) -> str:
    return error.value.code


@pytest.mark.parametrize("table", ["sqlite", "postgresql"], indirect=True)
def test_the_parcel_in_hand_is_finished_and_sealed_when_the_database_is_back(table: Table) -> None:
    hand = InHand(table.bench.work)
    parcel = opened(hand, table.row.waybill)
    half = len(table.pieces) // 2
    assert 0 < half < len(table.pieces)
    for code in table.pieces[:half]:
        parcel = table.scan(hand, parcel, code).parcel or parcel
    table.outage.begin()
    verdicts = []
    for code in table.pieces[half:]:
        result = table.scan(hand, parcel, code)
        assert result.kept
        verdicts.append(result.verdict)
        parcel = result.parcel or parcel
    assert verdicts[-1] is Verdict.PARCEL_DONE
    assert table.scan(hand, parcel, table.pieces[0]).verdict is Verdict.OVER
    with pytest.raises(RetryableError) as refused:
        hand.close(parcel)
    assert code_of(refused) == "no_database"
    with pytest.raises(RetryableError) as refused:
        hand.open(table.other.waybill)
    assert code_of(refused) == "no_database"
    assert hand.open(table.row.waybill).parcel == parcel, "its own label is no stranger"
    assert hand.kept == len(table.pieces) - half
    table.outage.end()
    told = hand.tell()
    assert (told.scans, told.parcel, told.stopped) == (len(table.pieces) - half, parcel, None)
    assert table.stored() == (len(table.pieces), len(table.pieces))
    hand.close(parcel)
    assert table.state() in {ParcelState.TO_REPORT, ParcelState.SHIPPED}
    assert not (table.bench.services.paths.root / FILE).exists()


def test_a_restart_of_the_program_in_between_loses_nothing(table: Table) -> None:
    hand = InHand(table.bench.work)
    parcel = opened(hand, table.row.waybill)
    parcel = table.scan(hand, parcel, table.pieces[0]).parcel or parcel
    table.outage.begin()
    table.scan(hand, parcel, table.pieces[1])
    table.outage.end()
    after = InHand(table.bench.work)  # the program was killed, and is started again
    assert after.kept == 1
    assert opened(after, table.row.waybill).have == 2
    assert table.stored() == (2, 2)
    assert after.kept == 0


def test_a_parcel_held_meanwhile_is_stopped_before_it_is_sealed(table: Table) -> None:
    hand = InHand(table.bench.work)
    parcel = opened(hand, table.row.waybill)
    table.outage.begin()
    for code in table.pieces:
        parcel = table.scan(hand, parcel, code).parcel or parcel
    table.outage.end()
    with table.bench.work.db.write() as tx:
        holding.hold_by_person(tx, table.bench.work, table.row.id, "refund")
    told = hand.tell()
    assert told.stopped is not None
    assert told.stopped.verdict is Verdict.HELD
    with pytest.raises(PackbenchError):
        hand.close(parcel)
    assert table.state() == ParcelState.TO_PACK


def test_the_last_piece_is_taken_back_without_the_database(table: Table) -> None:
    hand = InHand(table.bench.work)
    parcel = opened(hand, table.row.waybill)
    parcel = table.scan(hand, parcel, table.pieces[0]).parcel or parcel
    table.outage.begin()
    parcel = table.scan(hand, parcel, table.pieces[1]).parcel or parcel
    assert hand.undo_last(parcel).have == 1
    with pytest.raises(RetryableError) as refused:
        hand.undo_last(parcel)  # that one the database has
    assert code_of(refused) == "no_database"
    table.outage.end()
    hand.tell()
    assert table.stored() == (1, 1)


def test_what_is_told_twice_counts_once(table: Table) -> None:
    work = table.bench.work
    hand = InHand(work)
    parcel = opened(hand, table.row.waybill)
    result = table.scan(hand, parcel, table.pieces[0], "n1")
    # Written, but the answer was lost: the bench has kept it too.
    kept = KeptScan("n1", work.now(), parcel.parcel_id, parcel.number, result.code, 1)
    journal = BenchJournal(table.bench.services.paths.root)
    journal.keep(kept)
    after = InHand(work, journal)
    for _ in range(2):
        after.tell()
    assert table.stored() == (1, 1)


def test_the_journal_holds_nobodys_name_and_survives_a_torn_line(tmp_path: Path) -> None:
    scan = KeptScan("n1", START_AT, "p", "78612034519827", "TB-1", 2)
    BenchJournal(tmp_path).keep(scan)
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes() + b'{"nonce": "n2", "at": "20')
    journal = BenchJournal(tmp_path)
    assert (len(journal), journal.first()) == (1, scan)
    journal.keep(KeptScan("n3", START_AT, "p", "78612034519827", "TB-1", 1))
    assert len(BenchJournal(tmp_path)) == 2
    journal.forget("n1")
    journal.forget("n3")
    assert not file.exists()


def test_parts_of_a_bundle_are_counted_meanwhile_and_told_later(table: Table) -> None:
    floor = Floor(table.bench)
    floor.begin()
    number = floor.open(floor.parcel(floor.buy(SET=2)).id).number
    hand = InHand(table.bench.work)
    parcel = opened(hand, number)
    assert table.scan(hand, parcel, A).accepted
    parcel = opened(hand, number)
    table.outage.begin()
    for code in (B, "6900000000011", SET):
        told = table.scan(hand, parcel, code)
        assert (told.accepted, told.kept) == (True, True)
        assert told.parcel is not None
        parcel = told.parcel
    assert parcel.done
    for left in ((1, 0, 0), (0, 1, 1)):  # the whole one, then the part that made one
        parcel = hand.undo_last(parcel)
        assert standing(parcel) == left
    table.outage.end()
    hand.tell()
    with table.bench.work.db.read() as tx:
        assert standing(packing.read_parcel(tx, parcel.parcel_id)) == (0, 1, 1)


def standing(parcel: OpenParcel) -> tuple[int, ...]:
    """Whole bundles, and loose pieces of each part."""
    (line,) = parcel.lines
    return line.have, *(part.have for part in line.parts)
