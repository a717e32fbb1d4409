"""After-sales in the order drawer, answered against the simulated shop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.after_sales import AfterSaleStage
from app.services.after_sales import queries as cases
from app.services.after_sales.queries import CaseFilter, CaseRow
from app.services.orders import queries
from app.simulators.seed_orders import OrderKind
from tests.support.warehouse import Bench
from tests.ui.orders_window import orders_page, settle
from ui.main_window import Product
from ui.pages.orders.case_lines import CaseCard
from ui.pages.orders.drawer import OrderDrawer
from ui.pages.orders.picture_choice import PictureChoice
from ui.widgets.dialog import Dialog
from ui.widgets.fields import TextField


def asked(bench: Bench) -> CaseRow:
    """The open refund of the scenario."""
    order = bench.seed(OrderKind.REFUND_OPEN).order_id
    return cases.case_rows(bench.work, CaseFilter(order=order, open_only=True))[0]


def opened(qtbot: QtBot, product: Product, bench: Bench) -> tuple[OrderDrawer, CaseCard]:
    order = queries.find_order(bench.work, bench.seed(OrderKind.REFUND_OPEN).order_id)
    assert order is not None
    page = orders_page(product)
    page.open_order(order)
    settle(qtbot, product)
    card = page.order_drawer.findChild(CaseCard)
    assert card is not None
    return page.order_drawer, card


def dialog_of(product: Product) -> Dialog:
    (found,) = [d for d in product.window.findChildren(Dialog) if d.isVisible()]
    return found


def stage(bench: Bench, case: CaseRow) -> str:
    return cases.case_row(bench.work, case.shop, case.id).stage


def test_money_goes_back_after_the_amount_was_typed(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    case = asked(bench)
    drawer, card = opened(qtbot, product, bench)
    assert card.view.title
    card.buttons["refund"].click()
    dialog = dialog_of(product)
    field = dialog.findChild(TextField)
    assert field is not None
    field.setText(f"{case.amount_fen / 100:.2f}")
    dialog.buttons["pay"].click()
    settle(qtbot, product)
    settle(qtbot, product)
    assert stage(bench, case) in {AfterSaleStage.REFUNDED, AfterSaleStage.PLATFORM}
    assert drawer.view is not None
    assert not any(c.can for c in drawer.view.desk.cases)


def test_nothing_is_paid_without_the_amount(qtbot: QtBot, product: Product, bench: Bench) -> None:
    case = asked(bench)
    _, card = opened(qtbot, product, bench)
    card.buttons["refund"].click()
    dialog = dialog_of(product)
    assert not dialog.buttons["pay"].isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    settle(qtbot, product)
    assert stage(bench, case) == AfterSaleStage.ASKED


def test_refusal_tells_the_buyer_why(qtbot: QtBot, product: Product, bench: Bench) -> None:
    case = asked(bench)
    drawer, card = opened(qtbot, product, bench)
    card.buttons["reject"].click()
    settle(qtbot, product)
    dialog = dialog_of(product)
    field = dialog.findChild(TextField)
    assert field is not None
    field.setText("It is on its way.")
    dialog.buttons["reject"].click()
    settle(qtbot, product)
    settle(qtbot, product)
    said = [c.trouble.accessibleName() for c in drawer.findChildren(CaseCard) if c.isVisible()]
    assert (stage(bench, case), said) == (AfterSaleStage.NOTHING, [])


def test_refusal_carries_its_pictures(
    qtbot: QtBot, product: Product, bench: Bench, tmp_path: Path
) -> None:
    case = asked(bench)
    shop = bench.world.shops[case.shop]
    assert shop.quirks.reject_wants_evidence
    shop.aftersales[case.id]["details"]["receive_product"] = True  # no refusal without proof
    _, card = opened(qtbot, product, bench)
    card.buttons["reject"].click()
    settle(qtbot, product)
    dialog = dialog_of(product)
    field, pictures = dialog.findChild(TextField), dialog.findChild(PictureChoice)
    assert field is not None
    assert pictures is not None
    field.setText("It is on its way.")
    file = tmp_path / "proof.png"
    assert QImage(8, 8, QImage.Format.Format_RGB32).save(str(file))
    pictures.take([file])
    dialog.buttons["reject"].click()
    settle(qtbot, product)
    settle(qtbot, product)
    assert stage(bench, case) == AfterSaleStage.NOTHING
    assert len(shop.pictures) == 1


def test_case_that_the_buyer_withdrew_is_said_in_its_card(
    qtbot: QtBot, product: Product, bench: Bench
) -> None:
    case = asked(bench)
    drawer, card = opened(qtbot, product, bench)
    bench.world.shops[case.shop].withdraw_aftersale(case.id)
    card.buttons["refund"].click()
    QTest.keyClick(dialog_of(product), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, product)
    settle(qtbot, product)
    assert stage(bench, case) == AfterSaleStage.NOTHING
    assert drawer.view is not None
    assert not any(c.can for c in drawer.view.desk.cases)
