"""What must not happen at the bench, however fast the scanner is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.packing import Item, Line, OpenParcel, Part, scan_item
from app.domain.states import HoldCode, ParcelState, Verdict
from app.domain.text import T
from app.services.orders import holding
from app.services.parcels import packing
from app.services.parcels.packing import Opened
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from tests.support.warehouse import Bench
from tests.ui.orders_window import settle, shown_product, synced_bench
from tests.ui.parcels_to_pack import parcels_to_pack
from ui.main_window import Product
from ui.pages.bench import presenter, steps
from ui.pages.bench.view import Look, View
from ui.pages.bench.window import BenchWindow
from ui.sounds import Cue

CUP = Item("1", "TB-1", "Cup", "white 200ml", "TB", bin="B-03-2", weight_g=300)
TEA = Item("2", "LJ-1", "Tea", "100g", "LJ", bin="A-01-1", weight_g=150)


def parcel_of(*lines: tuple[Item, int, int]) -> OpenParcel:
    made = tuple(Line(str(n), item, need, have) for n, (item, need, have) in enumerate(lines))
    return OpenParcel("p", "78612034519827", made)


def going(parcel: OpenParcel, receiver: dict[str, str] | None = None) -> View:
    answer = Opened(Verdict.PARCEL_OPENED, parcel.number, parcel, "zto", receiver)
    return presenter.opened(presenter.waiting(), answer, "")


@dataclass(frozen=True, slots=True)
class Place:
    qtbot: QtBot
    product: Product
    window: BenchWindow
    bench: Bench
    rows: list[ParcelRow]

    def settle(self) -> None:
        settle(self.qtbot, self.product)

    def scan(self, *codes: str) -> None:
        """All at once, as a quick hand with a quick scanner."""
        for code in codes:
            self.window.scanned(code)
        self.settle()

    def type(self, text: str) -> None:
        """At a hand's pace: nobody takes it for a scanner."""
        QTest.keyClicks(self.window, text, Qt.KeyboardModifier.NoModifier, 90)
        QTest.keyClick(self.window, Qt.Key.Key_Return)
        self.settle()

    def parcel(self, row: ParcelRow) -> OpenParcel:
        with self.bench.work.db.read() as tx:
            return packing.read_parcel(tx, row.id)

    def look(self) -> Look:
        return self.window.view.panel.look

    def pieces(self, row: ParcelRow) -> list[str]:
        return [line.item.code for line in self.parcel(row).lines for _ in range(line.need)]

    def row(self, row: ParcelRow) -> ParcelRow:
        return parcel_rows(self.bench.work, [row.id])[0]


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


def test_scans_faster_than_the_answers_meet_their_own_parcel(place: Place) -> None:
    first, second = place.rows[0], place.rows[1]
    goods = place.pieces(second)
    place.scan(first.waybill, *place.pieces(first), second.waybill, goods[0])
    assert place.row(first).state in {ParcelState.TO_REPORT, ParcelState.SHIPPED}
    parcel = place.window.view.parcel
    assert parcel is not None
    assert (parcel.parcel_id, parcel.have) == (second.id, 1)
    if len(goods) > 1:
        assert place.look() is Look.GO


def test_no_stray_scan_covers_a_stop(place: Place) -> None:
    row, other = place.rows[0], place.rows[1]
    with place.bench.work.db.write() as tx:
        holding.hold_by_person(tx, place.bench.work, row.id, "look again")
    place.scan(row.waybill, place.pieces(row)[0], "NOT-A-CODE")
    assert place.window.view.is_held
    assert "look again" in place.window.view.panel.line
    place.scan(other.waybill)
    assert place.look() is Look.GO


def test_a_parcel_held_while_it_is_packed_stops_with_its_reason(place: Place) -> None:
    row = max(place.rows, key=lambda r: len(place.pieces(r)))
    place.scan(row.waybill)
    with place.bench.work.db.write() as tx:
        holding.hold_by_person(tx, place.bench.work, row.id, "wrong address")
    place.scan(place.pieces(row)[0])
    assert place.window.view.is_held
    assert "wrong address" in place.window.view.panel.line
    assert place.parcel(row).have == 0


def test_nothing_is_done_to_a_parcel_that_is_sealed(place: Place) -> None:
    row = place.rows[0]
    place.scan(row.waybill, *place.pieces(row), "CMD-ASIDE", "CMD-UNDO", "CMD-SHORT")
    assert place.look() is Look.DONE
    assert place.row(row).holds == ()
    assert place.parcel(row).done


def test_the_weight_is_typed_after_the_seal(place: Place) -> None:
    row = place.rows[0]
    place.scan(row.waybill, *place.pieces(row))
    expected = place.parcel(row).expected_weight_g
    place.scan(f"{(expected + 90) / 1000:.3f}")  # a scale that types like a scanner
    assert place.row(row).weight_g == expected + 90
    assert place.look() is Look.DONE
    place.type(str(expected // 2))
    assert place.look() is Look.LOOK
    QTest.keyClick(place.window, Qt.Key.Key_Return)
    assert place.look() is Look.DONE
    assert place.window.view.panel.weight_g == expected // 2


def test_a_piece_before_its_label_is_told_from_a_strange_label(place: Place) -> None:
    place.scan(place.pieces(place.rows[0])[0])
    assert place.look() is Look.LOOK
    place.scan("SF0000000000000")
    assert place.look() is Look.STOP


def test_an_unfinished_parcel_is_kept_when_another_label_is_scanned(place: Place) -> None:
    row = max(place.rows, key=lambda r: len(place.pieces(r)))
    other = next(r for r in place.rows if r.id != row.id)
    place.scan(row.waybill, place.pieces(row)[0], other.waybill)
    assert place.window.view.panel.foot != ""
    assert place.parcel(row).have == 1
    place.scan(row.waybill)
    parcel = place.window.view.parcel
    assert parcel is not None
    assert parcel.have == 1


def test_missing_goods_put_the_parcel_aside_and_name_the_shelf(place: Place) -> None:
    row = place.rows[0]
    item = place.parcel(row).lines[0].item
    place.scan(row.waybill)
    QTest.keyClick(place.window, Qt.Key.Key_F1)
    place.settle()
    assert place.row(row).holds == ("manual",)
    assert item.bin
    assert item.bin in place.window.view.panel.foot


def test_a_name_in_clear_is_never_on_the_screen() -> None:
    receiver = {"name": "林娟娟", "phone": "13812342046", "city": "上海市", "district": "徐汇区"}
    view = going(parcel_of((CUP, 1, 0)), receiver)
    assert view.receiver.startswith("林** · 上海 徐汇")
    assert "娟" not in view.receiver


def test_more_than_five_are_counted_by_hand() -> None:
    parcel = parcel_of((CUP, 8, 0), (TEA, 1, 0))
    view = presenter.scanned(going(parcel), scan_item(parcel, "TB-1", [CUP]))
    assert view.counting is not None
    assert "8" in view.panel.foot
    few = parcel_of((CUP, 5, 0))
    assert presenter.scanned(going(few), scan_item(few, "TB-1", [CUP])).counting is None


def test_too_light_names_what_may_be_missing() -> None:
    parcel = parcel_of((CUP, 2, 2), (TEA, 1, 1))
    view = replace(going(parcel), parcel=parcel)
    question = presenter.weight_is_off(view, 750 - 140)
    assert question is not None
    assert question.panel.look is Look.LOOK
    assert "Tea" in question.panel.line
    assert presenter.weight_is_off(view, 740) is None
    assert presenter.weight_is_off(view, 900) is None  # the box


def test_a_refund_is_said_as_a_refund_and_sounds_until_answered() -> None:
    view = presenter.held(going(parcel_of((CUP, 1, 1))), HoldCode.REFUND, T("why"), T("what"))
    assert view.panel.title == "Refund asked, do not send"
    assert (view.panel.line, view.panel.foot) == ("why", "what")
    assert view.is_held
    assert view.cue is Cue.STOP


def test_a_printer_that_fails_never_covers_a_stop() -> None:
    stop = presenter.held(presenter.waiting(), HoldCode.MANUAL, T("why"), T("what"))
    assert presenter.not_reprinted(stop, T("No paper"), T("Fill it")) is stop
    amber = presenter.not_reprinted(presenter.waiting(), T("No paper"), T("Fill it"))
    assert amber.panel.look is Look.LOOK
    assert amber.panel.line == "No paper"


@pytest.mark.parametrize(
    ("typed", "weight_g"),
    [("1.268", 1268), ("1.268kg", 1268), ("840", 840), ("840g", 840), ("SF15", None), ("", None)],
)
def test_a_dot_means_kilograms(typed: str, weight_g: int | None) -> None:
    assert steps.as_weight_g(typed) == weight_g


def test_what_is_missing_to_a_set_that_was_begun_is_said() -> None:
    many = Line(
        "0", Item("9", "SET", "Tea set", "", "SET"), 20, 0, parts=(Part(TEA, 2), Part(CUP, 1))
    )
    parcel = OpenParcel("p", "78612034519827", (many,))
    view = presenter.scanned(going(parcel), scan_item(parcel, CUP.code, [CUP]))
    assert view.panel.foot == "Tea set: still missing Tea ×2"
    assert view.counting is None  # a typed count would be of whole ones
    assert view.parcel is not None
    two = presenter.scanned(view, scan_item(view.parcel, TEA.code, [TEA], 2))
    assert two.panel.foot == ""
    assert two.parcel is not None
    assert two.parcel.lines[0].have == 1
