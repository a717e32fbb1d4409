"""The packing bench on a live warehouse: a label in, pieces in, a parcel out, without a mouse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodQueryEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.packing import OpenParcel
from app.domain.states import ParcelState
from app.services.orders import holding
from app.services.parcels import packing
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from tests.support.warehouse import Bench
from tests.ui.orders_window import settle, shown_product, synced_bench
from tests.ui.parcels_to_pack import parcels_to_pack
from ui.main_window import Product
from ui.pages.bench.view import Look
from ui.pages.bench.window import BenchWindow
from ui.theme_tokens import Scheme


@dataclass(frozen=True, slots=True)
class Place:
    """The bench window with a printed wave behind it."""

    qtbot: QtBot
    product: Product
    window: BenchWindow
    bench: Bench
    rows: list[ParcelRow]

    def scan(self, code: str) -> None:
        self.window.scanned(code)
        settle(self.qtbot, self.product)

    def parcel(self, row: ParcelRow) -> OpenParcel:
        with self.bench.work.db.read() as tx:
            return packing.read_parcel(tx, row.id)

    def state(self, row: ParcelRow) -> str:
        return parcel_rows(self.bench.work, [row.id])[0].state

    def look(self) -> Look:
        return self.window.view.panel.look

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)
        settle(self.qtbot, self.product)


@pytest.fixture
def place(qtbot: QtBot, tmp_path: Path) -> Iterator[Place]:
    with synced_bench(tmp_path) as bench:
        rows = parcels_to_pack(bench)
        with shown_product(qtbot, bench) as product:
            window = product.window.page("bench")
            assert isinstance(window, BenchWindow)
            window.resize(1440, 900)
            with qtbot.waitExposed(window):
                window.show()
            window.activated()
            settle(qtbot, product)
            yield Place(qtbot, product, window, bench, rows)
            window.hide()


def test_a_whole_parcel_is_packed_by_scans_alone(place: Place) -> None:
    row = place.rows[0]
    place.scan(row.waybill)
    assert place.look() is Look.GO
    while (parcel := place.window.view.parcel) is not None and not parcel.done:
        line = parcel.next_line()
        assert line is not None
        place.scan(line.item.code)
    assert place.look() is Look.DONE
    assert place.state(row) in {ParcelState.TO_REPORT, ParcelState.SHIPPED}
    place.scan(place.rows[1].waybill)
    assert place.look() is Look.GO


def test_red_stays_until_the_right_piece_or_escape(place: Place) -> None:
    place.scan(place.rows[0].waybill)
    place.scan("NOT-A-CODE")
    assert place.look() is Look.STOP
    before = place.window.view.parcel
    assert before is not None
    assert before.have == 0
    place.scan("NOT-A-CODE-2")
    assert place.look() is Look.STOP
    place.press(Qt.Key.Key_Escape)
    assert place.look() is Look.GO
    line = before.next_line()
    assert line is not None
    place.scan("NOT-A-CODE")
    place.scan(line.item.code)
    assert place.look() is not Look.STOP


def test_a_piece_too_many_never_counts(place: Place) -> None:
    row = max(place.rows, key=lambda r: len(place.parcel(r).lines))
    parcel = place.parcel(row)
    assert len(parcel.lines) > 1
    place.scan(row.waybill)
    first = parcel.lines[0]
    for _ in range(first.need + 1):
        place.scan(first.item.code)
    assert place.look() is Look.STOP
    assert place.parcel(row).lines[0].have == first.need


def test_the_last_piece_can_be_taken_back(place: Place) -> None:
    row = max(place.rows, key=lambda r: place.parcel(r).need)
    parcel = place.parcel(row)
    place.scan(row.waybill)
    place.scan(parcel.lines[0].item.code)
    assert place.parcel(row).have == 1
    place.press(Qt.Key.Key_Backspace)
    assert place.parcel(row).have == 0


def test_a_held_parcel_stops_at_its_label(place: Place) -> None:
    row = place.rows[0]
    with place.bench.work.db.write() as tx:
        holding.hold_by_person(tx, place.bench.work, row.id, "look again")
    place.scan(row.waybill)
    assert place.look() is Look.STOP
    assert "look again" in place.window.view.panel.line
    assert place.window.view.parcel is None


def test_a_shipped_label_and_a_strange_one_are_told_apart(place: Place) -> None:
    row = min(place.rows, key=lambda r: place.parcel(r).need)
    place.scan(row.waybill)
    while (parcel := place.window.view.parcel) is not None and not parcel.done:
        line = parcel.next_line()
        assert line is not None
        place.scan(line.item.code)
    place.scan(row.waybill)
    shipped = place.window.view.panel.title
    place.scan("SF0000000000000")
    assert place.look() is Look.STOP
    assert place.window.view.panel.title != shipped


def test_a_command_card_puts_the_parcel_aside(place: Place) -> None:
    row = place.rows[0]
    place.scan(row.waybill)
    place.scan("CMD-ASIDE")
    assert place.window.view.parcel is None
    assert parcel_rows(place.bench.work, [row.id])[0].holds == ("manual",)


def test_the_card_that_says_seen_ends_a_stop_and_never_leaves_the_bench(place: Place) -> None:
    place.scan(place.rows[0].waybill)
    place.scan("NOT-A-CODE")
    assert place.look() is Look.STOP
    place.scan("CMD-SEEN")
    place.scan("CMD-SEEN")
    assert place.look() is not Look.STOP
    assert place.window.view.parcel is not None
    assert place.window.isVisible()


def test_another_box_changes_nothing_but_asks_to_weigh_again(place: Place) -> None:
    row = place.rows[0]
    place.scan(row.waybill)
    place.scan("CMD-BOX")
    assert place.window.view.parcel is not None
    assert "weigh" in place.window.view.panel.foot
    assert parcel_rows(place.bench.work, [row.id])[0].holds == ()


def test_a_code_typed_by_hand_counts_on_enter(place: Place) -> None:
    QTest.keyClicks(place.window, place.rows[0].waybill)
    place.press(Qt.Key.Key_Return)
    assert place.window.view.parcel is not None


def test_no_input_method_eats_a_code(place: Place) -> None:
    query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
    QCoreApplication.sendEvent(place.window, query)
    assert not query.value(Qt.InputMethodQuery.ImEnabled)


def test_every_panel_paints_at_every_size_in_both_schemes(place: Place) -> None:
    codes = (place.rows[0].waybill, "NOT-A-CODE", "CMD-ASIDE", place.rows[1].waybill)
    for scheme, size in ((Scheme.LIGHT, (1440, 900)), (Scheme.DARK, (1280, 720))):
        place.product.parts.theme.set_scheme(scheme)
        place.window.resize(*size)
        seen = set()
        for code in codes:
            place.scan(code)
            picture = place.window.grab().toImage()
            seen.add(picture.pixelColor(size[0] - 60, size[1] // 2).name())
        assert len(seen) >= 2, scheme  # the panel's colour follows the verdict
