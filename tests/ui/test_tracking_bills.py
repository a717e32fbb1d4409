"""运费对账 in the window: bills are dropped, understood, claimed and accepted."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.services.money.billing import Sent, csv_file, sent
from tests.support.warehouse import Bench
from tests.ui.orders_window import settle
from tests.ui.test_tracking_page import counts, line, looked, opened
from ui.main_window import Product
from ui.pages.tracking.freight_parts import BillRow, CarrierSumRow, SumBlock
from ui.pages.tracking.page import TrackingPage
from ui.pages.tracking.views import FREIGHT
from ui.widgets.dialog import Dialog

STRANGE = ("序", "快件代号", "应结", "公斤数")


@pytest.fixture
def gone(bench: Bench) -> list[Sent]:
    return sent(bench)


def statement(folder: Path, gone: list[Sent], name: str = "中通3月账单.csv") -> Path:
    """Three lines that differ and the rest as expected."""
    heavy, dear, *rest = gone
    return csv_file(
        folder / name,
        [
            heavy.cells(fee="9.50", weight="4.00"),
            dear.cells(fee="6.50"),
            dear.cells(number="78612034510093", fee="3.20"),
            *(row.cells() for row in rest),
        ],
    )


def drop(page: TrackingPage, file: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    at, copy = page.rect().center(), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(at, copy, mime, left, none)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    assert page.hint.isVisible()
    QApplication.sendEvent(page, QDropEvent(QPointF(at), copy, mime, left, none))
    assert not page.hint.isVisible()


def question(product: Product) -> Dialog | None:
    return next((d for d in product.window.findChildren(Dialog) if d.isVisible()), None)


def test_without_a_bill_the_tab_says_what_it_is_for(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    page = opened(qtbot, product, FREIGHT)
    assert page.stack.currentWidget() is page.empty
    assert not page.panel.isVisible()
    assert counts(page)[FREIGHT] is None


def test_a_dropped_bill_is_summed_up_beside_the_list(
    qtbot: QtBot, bench: Bench, gone: list[Sent], product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product)
    drop(page, statement(tmp_path, gone))
    looked(qtbot, product)
    assert question(product) is None
    assert page.panel.isVisible()
    assert counts(page)[FREIGHT] == 3
    assert page.freight is not None
    assert page.freight.summary.over_fen == 400 + 100 + 320
    sums = page.panel.findChild(SumBlock)
    assert sums is not None
    assert "¥8.20" in sums.accessibleName()
    assert len(page.panel.findChildren(CarrierSumRow)) == 1
    rows = page.panel.findChildren(BillRow)
    assert rows[0].row.number == gone[0].number
    rows[0].click()
    settle(qtbot, product)
    page.choose_tab(FREIGHT)
    looked(qtbot, product)
    assert line(page.bills, 0).cells[1].text == gone[0].number
    assert line(page.bills, 0).cells[6].text == "+¥4.00"
    assert "4.00" in line(page.bills, 0).cells[3].text


def test_lines_are_accepted_and_claimed_after_all(
    qtbot: QtBot, bench: Bench, gone: list[Sent], product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product, FREIGHT)
    page.billing.take(statement(tmp_path, gone))
    looked(qtbot, product)
    first = page.bills.rows.ids[0]
    page.bills.selection.toggle(first)
    page.panel.accept.click()
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 2
    assert first not in list(page.bills.rows.ids)
    page.undo()
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 3
    page.panel.accept.click()  # nothing selected: the whole bill
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 0
    assert page.stack.currentWidget() is page.empty
    page.bar.accepted.click()
    looked(qtbot, product)
    assert len(page.bills.rows.ids) == 3
    assert line(page.bills, 0).muted
    page.bills.selection.toggle(page.bills.rows.ids[0])
    assert page.panel.back.isVisible()
    page.panel.back.click()
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 1


def test_months_and_carriers_are_looked_at_one_by_one(
    qtbot: QtBot, bench: Bench, gone: list[Sent], product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product, FREIGHT)
    page.billing.take(statement(tmp_path, gone))
    looked(qtbot, product)
    other = csv_file(tmp_path / "韵达2月.csv", [gone[0].cells(day="2026-02-10", number="46201987")])
    page.billing.take(other)
    looked(qtbot, product)
    assert page.freight is not None
    assert [m.first.month for m in page.freight.months] == [3, 2]
    assert page.freight.period.first.month == 2  # the bill that has just come
    assert counts(page)[FREIGHT] == 1
    page.panel.period_chosen.emit(page.freight.months[0])
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 3
    page.bar.carrier_toggled.emit("yunda")
    looked(qtbot, product)
    assert counts(page)[FREIGHT] == 0
    assert not page.panel.export.isVisible()
    page.bar.carrier_toggled.emit("zto")
    looked(qtbot, product)
    assert page.views.current.carriers == ("zto",)
    assert len(page.bills.rows.ids) == 3


def test_what_differs_is_exported(
    qtbot: QtBot, bench: Bench, gone: list[Sent], product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product)
    page.billing.take(statement(tmp_path, gone))
    settle(qtbot, product)
    assert page.freight is not None
    page.billing.export_to(tmp_path / "claim.csv", page.freight.period)
    settle(qtbot, product)
    with (tmp_path / "claim.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.reader(stream))
    assert len(written) == 1 + 3
    page.billing.export_to(tmp_path / "gone" / "claim.csv", page.freight.period)
    settle(qtbot, product)
    notice = page.banners.shown()
    assert notice is not None
    assert str(notice.consequence)


def test_unknown_headings_are_asked_for_once(
    qtbot: QtBot, bench: Bench, gone: list[Sent], product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product)
    lines = [["1", row.number, "5.50", "1.26"] for row in gone]
    page.billing.take(csv_file(tmp_path / "3月.csv", lines, STRANGE))
    settle(qtbot, product)
    asked, form = question(product), page.billing.form
    assert asked is not None
    assert form is not None
    take = asked.buttons["take"]
    assert not take.isEnabled()
    assert take.toolTip()
    form.carrier.setCurrentIndex(form.carrier.findData("zto"))
    form.columns["number"].setCurrentIndex(form.columns["number"].findData("快件代号"))
    assert not take.isEnabled()
    form.columns["fee"].setCurrentIndex(form.columns["fee"].findData("应结"))
    assert take.isEnabled()
    take.click()
    looked(qtbot, product)
    assert page.freight is not None
    assert page.freight.summary.parcels == len(gone)
    page.billing.take(
        csv_file(tmp_path / "4月.csv", [["1", "78612034510093", "3.20", ""]], STRANGE)
    )
    settle(qtbot, product)
    again = page.billing.form
    assert again is not form  # the columns are known; only whose bill it is must be said
    assert again is not None
    assert not again.columns


def test_a_file_that_is_no_bill_says_what_to_do(
    qtbot: QtBot, bench: Bench, product: Product, tmp_path: Path
) -> None:
    page = opened(qtbot, product)
    file = tmp_path / "中通.xlsx"
    file.write_bytes(b"<html>")
    page.billing.take(file)
    settle(qtbot, product)
    notice = page.banners.shown()
    assert notice is not None
    assert str(notice.consequence)
    assert question(product) is None
    assert not page.head.chip.text().startswith("Reading")
