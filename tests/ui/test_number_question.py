"""The question for a number: it preselects the company, and leaves alone what a person chose."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.warehouse import Bench
from tests.ui.orders_window import WAIT_MS, orders_page, settle
from ui.main_window import Product
from ui.pages.waves.number_question import NumberQuestion

YTO, SF = "YT1234567890123", "SF1000000000000"


def test_what_a_person_chose_stays_whatever_the_number_looks_like(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    page = orders_page(product)
    taken: list[tuple[str, str]] = []
    question = NumberQuestion(
        page.tools, bench.work, lambda number, company: taken.append((number, company)), page
    )
    form = question.form
    form.number.setText(YTO)
    qtbot.waitUntil(lambda: form.company.currentData() == "yto", timeout=WAIT_MS)
    form.number.setText(SF)  # nobody has chosen: it follows the number
    qtbot.waitUntil(lambda: form.company.currentData() == "sf", timeout=WAIT_MS)
    form.company.setFocus()
    QTest.keyClick(form.company, Qt.Key.Key_End)
    assert form.company.currentData() == "other"
    form.number.setText(YTO)
    qtbot.waitUntil(form.said.isVisible, timeout=WAIT_MS)
    settle(qtbot, product)
    assert form.company.currentData() == "other"
    question.dialog.buttons["take"].click()
    assert taken == [(YTO, "other")]
