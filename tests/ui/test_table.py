"""The table shows a snapshot of ids, loads pages, and selects without a million rows."""

from __future__ import annotations

import tracemalloc
from array import array
from collections.abc import Hashable, Iterator, Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ui.paint_status import Stage
from ui.table import Cell, CellTag, Column, DataTable, PagedModel, RowHeight, TableRow
from ui.table.layout import column_widths
from ui.table.model import PAGE
from ui.table.view import CHECK_COLUMN
from ui.theme import Theme
from ui.theme_tokens import Scheme, TextSize, Tone

COLUMNS = (
    CHECK_COLUMN,
    Column("order", "Order", 110, sortable=True, descending_first=True),
    Column("goods", "Goods", 160, stretch=1),
    Column("carrier", "Carrier", 90, shed=2),
    Column("left", "Left", 110, right=True, shed=1),
    Column("state", "State", 110),
    Column("fix", "", 80, right=True),
)


class Source:
    """Rows by id, counting what was asked."""

    def __init__(self) -> None:
        self.asked: list[list[Hashable]] = []
        self.names: dict[Hashable, str] = {}
        self.later = False

    def row(self, row_id: Hashable) -> TableRow:
        name = self.names.get(row_id, f"order {row_id}")
        return TableRow(
            row_id,
            (
                Cell(),
                Cell(name, "13:58", strong=True),
                Cell("Tea", "2", tags=(CellTag("gift", Tone.VIO),), picture="-", more=True),
                Cell("ZTO", carrier="zto"),
                Cell("1 h", color=Tone.WARN, icon="clock"),
                Cell(stage=Stage.TO_LABEL),
                Cell("Fix", button="fix"),
            ),
            spoken=f"{name}, 2 pieces, to label",
        )

    def fetch(self, ids: Sequence[Hashable]) -> Sequence[TableRow] | None:
        self.asked.append(list(ids))
        return None if self.later else [self.row(row_id) for row_id in ids]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def table(theme: Theme, source: Source, host: QWidget) -> Iterator[DataTable]:
    made = DataTable(
        theme, COLUMNS, source.fetch, host, row_height=RowHeight.COMFORTABLE, name="Orders"
    )
    layout = host.layout()
    assert layout is not None
    layout.addWidget(made)
    made.show_ids(array("q", range(100_000)))
    made.show()
    QApplication.processEvents()
    made.setFocus()
    yield made
    made.hide()


def test_hundred_thousand_ids_load_only_the_visible_page(table: DataTable, source: Source) -> None:
    table.grab()
    assert sum(len(ids) for ids in source.asked) <= 2 * PAGE
    source.asked.clear()
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum())
    table.grab()
    assert source.asked[0][-1] == 99_999
    assert sum(len(ids) for ids in source.asked) <= 2 * PAGE


def test_hundred_thousand_ids_cost_little_memory(source: Source) -> None:
    model = PagedModel(COLUMNS, source.fetch)
    tracemalloc.start()
    try:
        model.reset_ids(array("q", range(100_000)))
        assert model.rowCount() == 100_000
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 2_000_000


def test_cache_forgets_rows_not_seen_for_long(source: Source) -> None:
    model = PagedModel(COLUMNS, source.fetch)
    model.reset_ids(range(100_000))
    for row in range(0, 100_000, PAGE):
        assert model.row_at(row) is not None
    source.asked.clear()
    assert model.row_at(0) is not None
    assert len(source.asked) == 1


def test_touch_repaints_only_rows_on_screen_in_one_signal(source: Source) -> None:
    model = PagedModel(COLUMNS, source.fetch)
    model.reset_ids(range(1000))
    model.set_on_screen(range(10, 30))
    for row in range(10, 30):
        model.row_at(row)
    signals: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b: signals.append((a.row(), b.row())))
    source.names[12] = "changed"
    model.touch({5, 12, 15, 900})
    assert signals == [(12, 15)]
    fresh = model.row_at(12)
    assert fresh is not None
    assert fresh.cells[1].text == "changed"
    model.touch({900})
    assert signals == [(12, 15)]


def test_when_all_may_have_changed_only_what_did_is_painted_again(source: Source) -> None:
    model = PagedModel(COLUMNS, source.fetch)
    model.reset_ids(range(1000))
    model.set_on_screen(range(10, 30))
    for row in (*range(10, 30), 900):
        model.row_at(row)
    signals: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda a, b: signals.append((a.row(), b.row())))
    model.touch_changed()
    assert signals == []
    source.names |= {12: "changed", 14: "changed", 900: "changed out of sight"}
    model.touch_changed()
    assert signals == [(12, 14)]
    for row in (12, 900):
        fresh = model.row_at(row)
        assert fresh is not None
        assert fresh.cells[1].text.startswith("changed")


def test_rows_promised_for_later_appear_when_delivered(source: Source) -> None:
    source.later = True
    model = PagedModel(COLUMNS, source.fetch)
    model.reset_ids(range(10))
    model.set_on_screen(range(10))
    assert model.row_at(3) is None
    assert model.row_at(4) is None
    assert len(source.asked) == 1, "what is on its way is not asked for again"
    signals: list[int] = []
    model.dataChanged.connect(lambda a, _b: signals.append(a.row()))
    model.deliver([source.row(n) for n in range(10)])
    assert signals == [0]
    assert model.row_at(3) == source.row(3)


def test_row_that_no_longer_exists_stays_blank(source: Source) -> None:
    model = PagedModel(COLUMNS, lambda ids: [source.row(n) for n in ids if n != 2])
    model.reset_ids(range(4))
    assert model.row_at(2) is None
    assert model.row_at(3) is not None
    assert model.data(model.index(2, 1)) is None


def test_screen_reader_gets_the_whole_row(table: DataTable) -> None:
    index = table.rows.index(0, 1)
    assert table.rows.data(index, Qt.ItemDataRole.AccessibleTextRole) == (
        "order 0, 2 pieces, to label"
    )


def test_arrows_move_and_enter_opens(table: DataTable) -> None:
    opened: list[object] = []
    moved: list[object] = []
    table.opened.connect(opened.append)
    table.current_changed.connect(moved.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(table, key)
    assert moved == [0, 1, 0]
    assert opened == [0]
    QTest.keyClick(table, Qt.Key.Key_End)
    QTest.keyClick(table, Qt.Key.Key_Home)
    assert moved[-2:] == [99_999, 0]
    assert table.current_id == 0


def test_space_selects_and_shift_arrows_extend(table: DataTable) -> None:
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Space)
    for _ in range(2):
        QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.selection.spec().ids == {0, 1, 2}
    QTest.keyClick(table, Qt.Key.Key_Escape)
    assert not table.selection


def test_ctrl_a_selects_all_that_match_without_reading_them(
    table: DataTable, source: Source
) -> None:
    table.grab()
    source.asked.clear()
    QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    spec = table.selection.spec()
    assert spec.all_matching
    assert spec.ids == frozenset()
    assert table.selection.count(100_000) == 100_000
    assert source.asked == []
    table.selection.toggle(7)
    assert table.selection.count(100_000) == 99_999
    assert 7 not in table.selection
    assert table.selection.check_state(100_000) == Qt.CheckState.PartiallyChecked


def test_click_opens_and_check_box_selects(table: DataTable) -> None:
    opened: list[object] = []
    table.opened.connect(opened.append)
    view = table.viewport()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 66))
    assert opened == [1]
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(10, 110))
    assert table.selection.spec().ids == {2}
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, shift, QPoint(200, 198))
    assert table.selection.spec().ids == {2, 3, 4}
    assert opened == [1]


def test_painted_button_tells_row_and_key(table: DataTable) -> None:
    pressed: list[tuple[object, str]] = []
    opened: list[object] = []
    table.pressed.connect(lambda row_id, key: pressed.append((row_id, key)))
    table.opened.connect(opened.append)
    table.grab()
    right = table.viewport().width() - 20
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(right, 22))
    assert pressed == [(0, "fix")]
    assert opened == []


def test_header_sorts_and_its_box_selects_all(table: DataTable) -> None:
    wanted: list[tuple[str, bool]] = []
    table.sort_wanted.connect(lambda key, down: wanted.append((key, down)))
    header = table.horizontalHeader().viewport()
    QTest.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(80, 16))
    QTest.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(80, 16))
    assert wanted == [("order", True), ("order", False)]
    QTest.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(20, 16))
    assert table.selection.all_matching
    QTest.mouseClick(header, Qt.MouseButton.LeftButton, pos=QPoint(20, 16))
    assert not table.selection


def test_selection_current_row_and_scroll_survive_a_sync(table: DataTable) -> None:
    table.selection.add([5, 6])
    table.set_current(300)
    scroll = table.verticalScrollBar().value()
    assert scroll > 0
    table.show_ids(array("q", [n for n in range(100_000) if n != 6]))
    assert table.selection.spec().ids == {5}
    assert table.current_id == 300
    assert table.verticalScrollBar().value() == scroll


def test_bulk_bar_room_lets_the_last_row_rise(table: DataTable) -> None:
    before = table.verticalScrollBar().maximum()
    table.set_bottom_room(84)
    assert table.verticalScrollBar().maximum() == before + 84
    table.set_current(99_999)
    box = table.row_rect(99_999)
    assert box.bottom() <= table.viewport().height() - 84


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_selected_fill_covers_the_row(table: DataTable, theme: Theme, scheme: Scheme) -> None:
    theme.set_scheme(scheme)
    table.selection.add([1])
    image = table.viewport().grab().toImage()
    y = table.row_rect(1).top() + 2
    colors = {image.pixelColor(x, y).name() for x in (2, 200, 500, table.viewport().width() - 20)}
    assert colors == {theme.t.select.name()}


def test_row_heights_follow_density_and_reading_size(table: DataTable, theme: Theme) -> None:
    assert table.rowHeight(0) == 44
    table.set_row_height(RowHeight.COMPACT)
    assert table.rowHeight(0) == 28
    theme.set_text_size(TextSize.EXTRA_LARGE)
    assert table.rowHeight(0) == round(28 * 1.3)


def test_tight_table_sheds_columns_in_order() -> None:
    full = column_widths(COLUMNS, 800, 1.0, {}, set())
    assert sum(full.values()) == 800
    assert list(full) == [column.key for column in COLUMNS]
    tight = column_widths(COLUMNS, 660, 1.0, {}, set())
    assert "carrier" not in tight
    assert "left" in tight
    tighter = column_widths(COLUMNS, 530, 1.0, {}, set())
    assert {"carrier", "left"}.isdisjoint(tighter)


def test_column_widths_and_choice_are_remembered(table: DataTable) -> None:
    table.setColumnWidth(1, 150)
    table.set_hidden_columns({"left"})
    state = table.layout_state()
    assert state == {"widths": {"order": 150}, "hidden": ["left"]}
    table.restore_layout({"widths": {"order": 130, "gone": 5}, "hidden": ["carrier"]})
    assert table.columnWidth(1) == 130
    assert table.isColumnHidden(3)
    assert not table.isColumnHidden(4)


def test_hover_repaints_two_rows(table: DataTable, theme: Theme) -> None:
    QTest.mouseMove(table.viewport(), QPoint(300, 66))
    image = table.viewport().grab().toImage()
    assert image.pixelColor(300, table.row_rect(1).top() + 2).name() == theme.t.hover.name()
    QTest.mouseMove(table.viewport(), QPoint(300, 110))
    image = table.viewport().grab().toImage()
    assert image.pixelColor(300, table.row_rect(1).top() + 2).name() == theme.t.surface.name()
