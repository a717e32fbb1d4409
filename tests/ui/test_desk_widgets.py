"""The pieces of the desk on their own: split board, questions, sync panel, shortages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.services.orders.details import ShopState
from tests.ui.conftest import Show
from ui.frame import MainWindow
from ui.pages.orders.case_questions import (
    RejectChoice,
    ask_for_proof,
    ask_to_refund,
    ask_to_reject,
    fen_of,
)
from ui.pages.orders.desk_view import ReceiverView, SerialView, SplitLine, VirtualView
from ui.pages.orders.loader import Choices, why_not_printed
from ui.pages.orders.picture_choice import LARGEST_BYTES, PictureChoice
from ui.pages.orders.receiver_panel import ReceiverPanel
from ui.pages.orders.serial_fields import SerialCard
from ui.pages.orders.split_board import SplitBoard
from ui.pages.waves.returns_card import ReturnsCard, ReturnView
from ui.pages.waves.shortage import ShortageBox, ShortView
from ui.paint_status import Severity
from ui.pictures import Pictures
from ui.sync_panel import CheckView, DayLine, ShopLine, SyncPanel
from ui.sync_words import Backlog, StoredSync, sync_chip
from ui.theme import Theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LINES = (
    SplitLine("a", "o/tea", "Tea", "100 g", "-", 3),
    SplitLine("b", "o/tea", "Tea", "100 g", "-", 1),
    SplitLine("c", "o/cup", "Cup", "white", "-", 1),
)


@pytest.fixture
def board(theme: Theme, place: Show) -> SplitBoard:
    made = SplitBoard(theme, LINES, Pictures())
    place(made)
    made.setFocus()
    return made


def test_pieces_are_moved_with_keys_and_never_lost(board: SplitBoard) -> None:
    QTest.keyClick(board, Qt.Key.Key_Plus)
    QTest.keyClick(board, Qt.Key.Key_Plus)
    QTest.keyClick(board, Qt.Key.Key_Minus)
    assert board.parts() == [{"a": 2, "b": 1, "c": 1}, {"a": 1}]
    QTest.keyClick(board, Qt.Key.Key_9)
    assert board.pieces(LINES[0], 1) == 3
    QTest.keyClick(board, Qt.Key.Key_Down)
    QTest.keyClick(board, Qt.Key.Key_Down)
    QTest.keyClick(board, Qt.Key.Key_Space)
    assert board.parts() == [{"b": 1}, {"a": 3, "c": 1}]
    for line in LINES:
        assert sum(board.pieces(line, n) for n in range(board.parcels)) == line.quantity


def test_third_parcel_takes_and_gives_back(board: SplitBoard) -> None:
    board.set_parcels(3)
    board.set_pieces(LINES[0], 1, 1)
    board.set_pieces(LINES[0], 2, 5)
    assert [board.pieces(LINES[0], n) for n in range(3)] == [0, 1, 2]
    board.set_parcels(2)
    assert [board.pieces(LINES[0], n) for n in range(2)] == [2, 1]


def test_a_kind_is_torn_even_over_two_lines_of_it(board: SplitBoard) -> None:
    board.set_pieces(LINES[2], 1, 1)
    assert board.torn() == ()
    board.set_pieces(LINES[1], 1, 1)
    assert {line.key for line in board.torn()} == {"a", "b"}
    board.put_together()
    assert board.torn() == ()
    assert board.pieces(LINES[1], 0) == 1
    assert board.pieces(LINES[2], 1) == 1


def test_board_is_worked_with_the_mouse(board: SplitBoard) -> None:
    _, plus = board._steppers(board._cell(0, 1))
    QTest.mouseClick(board, Qt.MouseButton.LeftButton, pos=plus.center())
    assert board.pieces(LINES[0], 1) == 1


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12.30", 1230),
        ("¥1,234.5", 123450),
        ("7", 700),
        ("0.05", 5),
        ("", None),
        ("12.345", None),
        ("-1", None),
        ("twelve", None),
    ],
)
def test_typed_amounts(typed: str, fen: int | None) -> None:
    assert fen_of(typed) == fen


def test_money_moves_only_after_the_exact_amount(theme: Theme, window: MainWindow) -> None:
    paid: list[int] = []
    dialog = ask_to_refund(theme, window, "A case.", 1230, paid.append)
    button, field = dialog.buttons["pay"], dialog.findChild(TextField)
    assert field is not None
    assert not button.isEnabled()
    field.setText("12.03")
    assert not button.isEnabled()
    field.setText("100")
    assert field.error
    field.setText("12.30")
    assert button.isEnabled()
    button.click()
    assert paid == [1230]


def test_money_moves_by_ctrl_enter_and_never_by_enter(theme: Theme, window: MainWindow) -> None:
    paid: list[int] = []
    dialog = ask_to_refund(theme, window, "A case.", 1230, paid.append)
    field = dialog.findChild(TextField)
    assert field is not None
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert paid == []
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert paid == [1230]


def test_escape_pays_nothing(theme: Theme, window: MainWindow) -> None:
    paid: list[int] = []
    dialog = ask_to_refund(theme, window, "A case.", 1230, paid.append)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert paid == []


def test_refusal_needs_words_and_brings_the_templates(theme: Theme, window: MainWindow) -> None:
    told: list[tuple[object, ...]] = []
    choices = [RejectChoice(1, "Used", "It was used."), RejectChoice(2, "Late", "")]
    dialog = ask_to_reject(theme, window, choices, lambda *said: told.append(said))
    field, combo = dialog.findChild(TextField), dialog.findChild(ComboField)
    assert field is not None
    assert combo is not None
    assert field.text() == "It was used."
    field.setText("  ")
    assert not dialog.buttons["reject"].isEnabled()
    combo.setCurrentIndex(1)
    field.setText("Too late.")
    dialog.buttons["reject"].click()
    assert told == [(2, "Too late.", ())]


def test_pictures_are_named_and_can_be_taken_out_again(
    theme: Theme, window: MainWindow, tmp_path: Path
) -> None:
    told: list[tuple[object, ...]] = []
    box, other = tmp_path / "box.png", tmp_path / "other.jpg"
    box.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    other.write_bytes(b"\xff\xd8\xff" + bytes(64))
    dialog = ask_to_reject(
        theme, window, [RejectChoice(1, "Used", "It was used.")], lambda *said: told.append(said)
    )
    pictures = dialog.findChild(PictureChoice)
    assert pictures is not None
    pictures.take([box, other, box])
    QCoreApplication.processEvents()
    names = [label.text() for label in pictures.findChildren(TextLabel) if label.isVisible()]
    assert names.count("box.png") == 1
    cross = next(b for b in pictures.findChildren(IconButton) if "box.png" in b.accessibleName())
    cross.click()
    dialog.buttons["reject"].click()
    assert told == [(1, "It was used.", (other,))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a" + bytes(64), "PNG or JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_BYTES), "2 MB"),
        (None, "cannot be read"),
    ],
)
def test_picture_that_cannot_be_sent_is_refused_at_once(
    theme: Theme, place: Show, tmp_path: Path, content: bytes | None, said: str
) -> None:
    pictures = PictureChoice(theme, "Pictures")
    place(pictures)
    file = tmp_path / "proof.png"
    if content is not None:
        file.write_bytes(content)
    pictures.take([file])
    assert pictures.files == ()
    assert said in pictures.trouble.accessibleName()


def test_refund_outside_the_platform_is_proven_with_a_picture(
    theme: Theme, window: MainWindow, tmp_path: Path
) -> None:
    told: list[tuple[object, ...]] = []
    dialog = ask_for_proof(theme, window, "Refund only", lambda *said: told.append(said))
    assert not dialog.buttons["send"].isEnabled()
    file = tmp_path / "paid.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    pictures = dialog.findChild(PictureChoice)
    assert pictures is not None
    pictures.take([file])
    dialog.buttons["send"].click()
    assert told == [("", (file,))]


def test_labels_are_refused_only_where_every_chosen_shop_is_read() -> None:
    known = Choices((("a", "A"), ("b", "B")), (), {"a": "only read"})
    assert why_not_printed(["a", "a"], (), known) == "only read"
    assert why_not_printed(["a", "b"], (), known) == ""
    assert why_not_printed(["a", None], (), known) == ""  # not loaded: the shop itself will say it
    assert why_not_printed([], ("a",), known) == "only read"
    assert why_not_printed([], (), known) == ""
    assert why_not_printed(["a"], (), None) == ""


def test_scans_fill_one_serial_field_after_the_other(theme: Theme, place: Show) -> None:
    told: list[tuple[str, ...]] = []
    card = SerialCard(theme, SerialView("p"))
    card.recorded.connect(lambda *values: told.append(values))
    place(card)
    assert not card.keep.isEnabled()
    card.fields[0].edit.setFocus()
    assert card.active
    card.take("SN-1")
    card.take("356938035643809")
    assert [field.text() for field in card.fields] == ["SN-1", "356938035643809", ""]
    card.keep.click()
    assert told == [("p", "SN-1", "356938035643809", "")]


def test_chip_counts_what_is_still_to_be_fetched() -> None:
    lanes = [StoredSync("a", NOW - timedelta(seconds=12))]
    assert sync_chip(lanes, NOW) == (Severity.FINE, "Synced · 12 seconds ago")
    severity, text = sync_chip(lanes, NOW, Backlog(1320, 118))
    assert severity is Severity.INFO
    assert text == "1,320 orders to fetch · about 2 minutes"
    shops = [
        ShopState(name, name, NOW, "", (), left, eta_s)
        for name, left, eta_s in (("a", 20, 12.0), ("b", 5, None), ("c", 0, None))
    ]
    assert Backlog.of(shops) == Backlog(25, 12.0)
    assert Backlog.of([]).orders == 0


def test_chip_never_says_synced_of_a_shop_whose_older_orders_are_missing() -> None:
    lanes = [StoredSync("a", NOW - timedelta(seconds=2))]
    behind = ShopState("a", "a", NOW, "", (), catching_up=True)
    assert sync_chip(lanes, NOW, Backlog.of([behind], lanes)) == (Severity.INFO, "Syncing")
    many = replace(behind, backlog=320, eta_s=118)
    _, text = sync_chip(lanes, NOW, Backlog.of([many], lanes))
    assert text == "Syncing · 320 orders to fetch · about 2 minutes"
    assert sync_chip(lanes, NOW, Backlog.of([], lanes))[1] == "Syncing"  # nothing known yet
    there = replace(behind, catching_up=False)
    assert sync_chip(lanes, NOW, Backlog.of([there], lanes))[0] is Severity.FINE


def test_panel_offers_to_fetch_what_is_missing(qtbot: QtBot, theme: Theme, host: QWidget) -> None:
    panel = SyncPanel(theme, host)
    panel.show_shops((ShopLine("Tea", Severity.FINE, "12 seconds ago", ("27 left",), "read"),))
    panel.open_below(host.mapToGlobal(QPoint(800, 20)))
    panel.show_check(CheckView(Severity.INFO, "Comparing", running=True, done=2, total=7))
    assert panel.stop.isVisible()
    assert panel.bar.total == 7
    assert not panel.fix.isVisible()
    days = (DayLine("11/19", "", 40, 38, 2, 0), DayLine("11/20", "", 4, 4, 0, 0))
    panel.show_check(CheckView(Severity.PROBLEM, "2 missing", days=days, missing=2))
    assert panel.fix.isVisible()
    assert not panel.stop.isVisible()
    with qtbot.waitSignal(panel.fix_wanted):
        panel.fix.click()
    with qtbot.waitSignal(panel.closed):
        QTest.keyClick(panel, Qt.Key.Key_Escape)


def test_tab_stays_in_the_panel(theme: Theme, host: QWidget) -> None:
    panel = SyncPanel(theme, host)
    panel.open_below(host.mapToGlobal(QPoint(800, 20)))
    panel.show_check(CheckView(Severity.FINE, "All equal"))
    seen = set()
    for _ in range(4):
        QTest.keyClick(panel, Qt.Key.Key_Tab)
        focused = host.window().focusWidget()
        assert focused is not None
        assert panel.isAncestorOf(focused)
        seen.add(focused)
    assert {panel.check, panel.sync} <= seen
    panel.leave()


def test_shortage_names_numbers_and_both_ways_out(qtbot: QtBot, theme: Theme, place: Show) -> None:
    box = ShortageBox(theme, 420)
    place(box)
    box.show_shortages([])
    assert not box.isVisible()
    short = ShortView("zto", 12, 40, tuple(str(n) for n in range(28)))
    assert short.missing == 28
    assert "12" in short.words
    assert "40" in short.words
    box.show_shortages([short], ["zto", "yunda"])
    assert box.isVisible()
    with qtbot.waitSignal(box.carrier_wanted) as told:
        box.carrier_wanted.emit(short.parcels, "yunda")
    assert told.args == [short.parcels, "yunda"]


def test_refused_number_waits_for_somebody_who_has_seen_it(
    qtbot: QtBot, theme: Theme, place: Show
) -> None:
    rows = [
        ReturnView("1", "7731", "zto", "waiting", "one label", Severity.INFO, can_retry=True),
        ReturnView("2", "7732", "zto", "too late", "call", Severity.STOP, can_acknowledge=True),
    ]
    card = ReturnsCard(theme, rows)
    place(card)
    buttons = {button.text(): button for button in card.findChildren(Button)}
    with qtbot.waitSignal(card.acknowledged) as seen:
        buttons["I have seen it"].click()
    assert seen.args == ["2"]
    with qtbot.waitSignal(card.retry_wanted) as again:
        buttons["Try now"].click()
    assert again.args == ["1"]


def test_number_that_is_over_can_only_be_renewed(theme: Theme, place: Show) -> None:
    asked: list[tuple[str, str]] = []
    panel = ReceiverPanel(theme)
    panel.number_wanted.connect(lambda order, what: asked.append((order, what)))
    place(panel)
    person = ("周*", "139****2222", "浙江省杭州市", "****")
    panel.show_receiver("1", ReceiverView(person, can_reveal=True, virtual=True))
    panel.number_button.click()
    panel.tell_number("1", VirtualView("17000001111", "until 11/20"))
    panel.number_button.click()
    panel.tell_number("1", VirtualView("17000001111", "until 11/19", over=True))
    panel.number_button.click()
    panel.tell_number("1", VirtualView("17000002222", "until 12/20", why_not="used up"))
    assert not panel.number_button.isEnabled()
    assert asked == [("1", "show"), ("1", "extend"), ("1", "renew")]
    panel.tell_number("2", VirtualView("18000000000", ""))
    assert panel.number_line.text() == "17000002222"
