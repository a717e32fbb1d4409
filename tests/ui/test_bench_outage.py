"""A PostgreSQL that is killed under the scanning window: packing goes on, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from app.domain.states import ParcelState
from app.services.orders import holding
from app.services.parcels import packing
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.store.tables import scans
from tests.support.postgres import Server, running_server
from tests.support.warehouse import Bench, open_bench
from tests.ui.orders_window import WAIT_MS, settle, shown_product
from tests.ui.parcels_to_pack import parcels_to_pack
from ui.main_window import Product
from ui.pages.bench.view import Look
from ui.pages.bench.window import BenchWindow


@dataclass(frozen=True, slots=True)
class Place:
    qtbot: QtBot
    product: Product
    window: BenchWindow
    bench: Bench
    server: Server
    row: ParcelRow
    other: ParcelRow
    pieces: list[str]

    def scan(self, *codes: str) -> None:
        for code in codes:
            self.window.scanned(code)
        settle(self.qtbot, self.product)

    def have(self) -> int:
        parcel = self.window.view.parcel
        return parcel.have if parcel is not None else -1

    def back(self) -> None:
        """The server is there again, and the bench has noticed by itself."""
        self.server.start()
        self.qtbot.waitUntil(lambda: not self.window.hand.away, timeout=WAIT_MS)
        settle(self.qtbot, self.product)

    def counted(self) -> int:
        with self.bench.work.db.read() as tx:
            told = select(func.sum(scans.c.quantity)).where(scans.c.parcel_id == self.row.id)
            return int(tx.execute(told).scalar_one())

    def state(self) -> str:
        return parcel_rows(self.bench.work, [self.row.id])[0].state


@pytest.fixture
def place(qtbot: QtBot, tmp_path: Path, server: str) -> Iterator[Place]:
    """A window on a server of its own; ``server`` tells whether one is installed."""
    with (
        running_server() as own,
        open_bench(tmp_path, orders=24, then=Bench.sync, server=own.url) as bench,
    ):
        rows = parcels_to_pack(bench)
        with bench.work.db.read() as tx:
            found = {row.id: packing.read_parcel(tx, row.id) for row in rows}
        rows.sort(key=lambda r: found[r.id].need)
        lines = found[rows[-1].id].lines
        pieces = [line.item.code for line in lines for _ in range(line.need)]
        with shown_product(qtbot, bench) as product:
            window = product.window.page("bench")
            assert isinstance(window, BenchWindow)
            with qtbot.waitExposed(window):
                window.show()
            window.activated()
            settle(qtbot, product)
            yield Place(qtbot, product, window, bench, own, rows[-1], rows[0], pieces)
            window.hide()


def test_a_parcel_is_packed_through_a_crash_of_the_server(place: Place) -> None:
    half = len(place.pieces) // 2
    assert half
    place.scan(place.row.waybill, *place.pieces[:half])
    place.server.stop("immediate")
    place.scan(*place.pieces[half:-1])
    assert place.have() == len(place.pieces) - 1
    assert place.window.board.shift.away
    assert place.window.board.shift.kept == len(place.pieces) - 1 - half
    place.scan(place.pieces[-1])
    view = place.window.view
    assert (view.panel.look, view.unsealed) == (Look.LOOK, True), "complete, but it may not leave"
    place.scan(place.other.waybill)
    assert place.window.view.is_stop, "another parcel cannot be opened now"
    place.scan("CMD-SEEN")
    place.back()
    assert place.window.view.panel.look is Look.DONE
    assert place.counted() == len(place.pieces)
    assert place.state() in {ParcelState.TO_REPORT, ParcelState.SHIPPED}
    assert not place.window.board.shift.away


def test_a_parcel_held_during_the_outage_is_stopped(place: Place) -> None:
    place.scan(place.row.waybill)
    with place.bench.work.db.write() as tx:  # the news came in, and then the server went
        holding.hold_by_person(tx, place.bench.work, place.row.id, "refund asked")
    place.server.stop("immediate")
    place.scan(*place.pieces)
    assert place.window.view.unsealed
    place.back()
    assert place.window.view.is_held
    assert "refund asked" in place.window.view.panel.line
    assert place.state() == ParcelState.TO_PACK
