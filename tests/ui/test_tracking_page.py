"""The logistics page on a synced bench: parcels on their way, and what is done about them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.services.tracking import views
from app.services.tracking.refreshing import refresh
from app.services.tracking.views import TrackFilter
from tests.services.tracking import road
from tests.support.warehouse import Bench
from tests.ui.orders_window import Hands, orders_page, settle
from ui.main_window import Product
from ui.pages.orders.drawer_parts import FactBox
from ui.pages.tracking.page import TrackingPage
from ui.pages.tracking.rows import ParcelLine
from ui.pages.tracking.views import ShowTracks, TabFilter, TrackViews
from ui.pages.tracking.way import draw_way
from ui.table import DataTable
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.buttons import Button


def opened(qtbot: QtBot, product: Product, tab: str = "all") -> TrackingPage:
    product.window.go("tracking")
    page = product.window.page("tracking")
    assert isinstance(page, TrackingPage)
    settle(qtbot, product)
    page.choose_tab(tab)
    looked(qtbot, product)
    return page


def looked(qtbot: QtBot, product: Product) -> None:
    """The rows are loaded when they are painted."""
    for _ in range(2):
        settle(qtbot, product)
        product.window.grab()
    settle(qtbot, product)


def line(table: DataTable, row: int) -> ParcelLine:
    shown = table.rows.row_at(row)
    assert isinstance(shown, ParcelLine)
    return shown


def counts(page: TrackingPage) -> dict[str, int | None]:
    return {tab.key: tab.count for tab in page.tabs.tabs}


def in_trouble(bench: Bench) -> tuple[str, str, str]:
    """Numbers of three parcels: damaged, not handed over, and well on its way."""
    bad, failed, well = (road.sent(bench, c)[0] for c in ("yunda", "zto", "sf"))
    for row in (bad, well):
        road.move(bench, row, 2)
    road.move(bench, failed, 4)
    bench.clock.advance(minutes=30)
    road.report(bench, bad, "ISSUE", "外包装破损，在转运中心")
    road.report(bench, failed, "问题件", "派送不成功，客户不在家")
    road.pass_hours(bench, 3)
    return bad.waybill, failed.waybill, well.waybill


def test_the_worst_is_on_top_and_every_row_says_what_it_is(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    numbers = in_trouble(bench)
    page = opened(qtbot, product)
    assert counts(page) == {
        "all": 3,
        "trouble": 2,
        "on_the_way": 3,
        "delivered": 0,
        "freight": None,
    }
    rows = [line(page.table, n) for n in range(3)]
    assert [row.cells[1].text for row in rows] == list(numbers)
    assert [row.tone for row in rows] == [Tone.ERR, Tone.WARN, Tone.ACCENT]
    assert len({row.glyph for row in rows}) == 3
    assert rows[0].cells[4].text == "外包装破损，在转运中心"
    assert rows[1].progress > rows[0].progress > 0
    for row, number in zip(rows, numbers, strict=True):
        assert number in row.spoken
        assert row.cells[5].text in row.spoken
    assert "*" in rows[0].cells[1].second
    assert page.head.chip.text()


def test_a_parcel_is_opened_walked_and_closed_by_keys(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    bad, failed, _ = in_trouble(bench)
    page = opened(qtbot, product, "trouble")
    hands = Hands(product)
    hands.press(Qt.Key.Key_Down, Qt.Key.Key_Return)
    settle(qtbot, product)
    drawer = page.track_drawer
    assert drawer.isVisible()
    assert drawer.view is not None
    assert drawer.view.number == bad
    assert drawer.view.alarm is not None
    assert drawer.view.alarm.remedy
    assert drawer.view.steps[0].text == "外包装破损，在转运中心"
    assert len(drawer.view.steps) == 3
    hands.press(Qt.Key.Key_Down)
    settle(qtbot, product)
    assert drawer.view.number == failed
    hands.press(Qt.Key.Key_Escape)
    assert not drawer.isVisible()
    assert page.table.hasFocus()
    hands.press(Qt.Key.Key_Slash)
    qtbot.waitUntil(page.bar.search.edit.hasFocus)


def test_a_warning_is_seen_and_may_be_taken_back(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    in_trouble(bench)
    page = opened(qtbot, product, "trouble")
    page.open_parcel(page.table.rows.ids[0])
    settle(qtbot, product)
    drawer = page.track_drawer
    assert drawer.seen.isVisible()
    drawer.seen.click()
    settle(qtbot, product)
    assert counts(page)["trouble"] == 1
    assert drawer.view is not None
    assert drawer.view.alarm is not None
    assert drawer.view.alarm.seen_by == "test"
    assert not drawer.seen.isVisible()
    page.undo()
    settle(qtbot, product)
    assert counts(page)["trouble"] == 2
    page.table.selection.select_only(page.table.rows.ids)
    assert page.bulk.isVisible()
    assert page.key_pressed("k")
    settle(qtbot, product)
    assert counts(page)["trouble"] == 0
    assert page.stack.currentWidget() is page.empty


def test_the_carrier_is_asked_by_phone_and_the_order_is_one_click_away(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    (row,) = road.sent(bench, "zto")
    road.poll(bench)
    page = opened(qtbot, product)
    page.open_parcel(row.waybill)
    settle(qtbot, product)
    page.track_drawer.ask.click()
    copied = QApplication.clipboard().text()
    assert row.waybill in copied
    assert "95311" in copied
    page.track_drawer.order.click()
    settle(qtbot, product)
    assert product.window.current_key == "orders"
    shown = orders_page(product).order_drawer.view
    assert shown is not None
    assert row.waybill in shown.waybills


def test_f5_asks_the_carriers_and_shows_what_they_say(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    (row,) = road.sent(bench, "sf")
    page = opened(qtbot, product)
    assert line(page.table, 0).progress == 0
    road.move(bench, row, 5)
    QTest.keyClick(product.window, Qt.Key.Key_F5)
    looked(qtbot, product)
    assert line(page.table, 0).tone is Tone.OK
    assert counts(page)["delivered"] == 1
    before = road.calls(bench, "sf")
    page.refresh_now()  # it has arrived
    settle(qtbot, product)
    assert road.calls(bench, "sf") == before


def test_carriers_that_cannot_be_reached_are_named_with_a_remedy(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    road.sent(bench, "yunda")
    road.poll(bench)
    page = opened(qtbot, product)
    bench.world.carriers.server.stop()
    bench.clock.advance(hours=1)
    page.refresh_now()
    looked(qtbot, product)
    notice = page.banners.shown()
    assert notice is not None
    assert str(notice.consequence)
    assert notice.button
    assert len(page.table.rows.ids) == 1  # what was known stays


def test_asking_can_be_stopped(qtbot: QtBot, bench: Bench, product: Product) -> None:
    rows = road.sent(bench, "zto", 2)
    assert len(rows) == 2
    page = opened(qtbot, product)
    told: list[str] = []
    page.acts.moved.connect(told.append)
    page.refresh_now()
    running = [page.acts.running]
    page.refresh_now()  # the same key again
    settle(qtbot, product)
    running.append(page.acts.running)
    assert running == [True, False]
    assert told[0]
    assert told[-1] == ""
    asked = road.calls(bench, "zto")
    assert asked < 2
    page.refresh_now()
    settle(qtbot, product)
    assert road.calls(bench, "zto") == 2  # what was answered is kept


def test_the_number_that_a_parcel_goes_on_as_is_shown(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    (row,) = road.sent(bench, "sf")
    road.move(bench, row, 4)
    road.report(bench, row, "70", "客户拒收")
    bench.clock.advance(minutes=5)
    road.report(bench, row, "648", "快件退回,新单号SF1538402911264")
    road.pass_hours(bench, 3)
    page = opened(qtbot, product, "trouble")
    page.open_parcel(row.waybill)
    settle(qtbot, product)
    links = [b.text() for b in page.track_drawer.findChildren(Button) if b.isVisible()]
    assert "SF1538402911264" in links
    assert line(page.table, 0).glyph[0] == "arrow-u-up-left"


def test_what_nobody_can_be_asked_about_says_so(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    (row,) = road.sent(bench, "zto")
    for carrier in ("zto", "kuaidi100"):
        road.switch(bench, carrier, on=False)
    road.poll(bench)
    page = opened(qtbot, product)
    assert line(page.table, 0).glyph[0] == "question"
    page.open_parcel(row.waybill)
    settle(qtbot, product)
    view = page.track_drawer.view
    assert view is not None
    assert view.fact is not None
    assert "快递100" in view.fact[1]
    assert not view.can_ask
    assert page.track_drawer.findChild(FactBox) is not None


def test_search_and_chips_narrow_the_list_and_can_be_cleared(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    rows = [road.sent(bench, carrier)[0] for carrier in road.CARRIERS]
    page = opened(qtbot, product)
    page.bar.search.setText(rows[1].waybill)
    page.bar.search.submitted.emit(rows[1].waybill)
    looked(qtbot, product)
    assert [line(page.table, 0).cells[1].text] == [rows[1].waybill]
    assert len(page.table.rows.ids) == 1
    page.bar.carrier_toggled.emit("sf")
    looked(qtbot, product)
    assert page.stack.currentWidget() is page.empty
    clear = page.empty.findChild(Button, "clear")
    assert clear is not None
    clear.click()
    looked(qtbot, product)
    assert len(page.table.rows.ids) == 3
    bench.clock.advance(hours=24 * 4)
    page.bar.days_chosen.emit(3)
    looked(qtbot, product)
    assert len(page.table.rows.ids) == 0
    page.bar.days_chosen.emit(0)
    looked(qtbot, product)
    assert len(page.table.rows.ids) == 3


def test_a_scanned_number_and_another_page_open_a_parcel(
    qtbot: QtBot, bench: Bench, product: Product
) -> None:
    (row,) = road.sent(bench, "yunda")
    page = opened(qtbot, product)
    assert page.scanned(row.waybill)
    settle(qtbot, product)
    view = page.track_drawer.view
    assert view is not None
    assert view.number == row.waybill
    page.close_drawer()
    product.window.go("tracking", ShowTracks(tab="on_the_way", waybill=row.waybill))
    settle(qtbot, product)
    assert page.tabs.current == "on_the_way"
    assert page.track_drawer.isVisible()


def test_a_list_is_asked_about_in_one_go(bench: Bench) -> None:
    rows = [road.sent(bench, carrier)[0] for carrier in road.CARRIERS]
    steps: list[tuple[int, int]] = []
    made = refresh(bench.work, TrackFilter(), lambda step: steps.append((step.done, step.total)))
    assert (made.asked, made.left, made.hindrances) == (3, 0, ())
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert refresh(bench.work, TrackFilter()).asked == 0  # just asked
    assert refresh(bench.work, road.numbers(rows[:1])).asked == 1  # by name all the same
    bench.clock.advance(hours=1)
    bench.world.carriers.server.stop()
    broken = refresh(bench.work, TrackFilter())
    assert broken.asked == 0
    assert {h.carrier for h in broken.hindrances} == set(road.CARRIERS)
    assert views.updated_at(bench.work) is None


def test_the_filters_of_every_tab_are_remembered() -> None:
    shown = TrackViews("trouble")
    shown.toggle_carrier("sf")
    again = TrackViews.from_record(shown.as_record())
    assert again.tab == "trouble"
    assert again.current.carriers == ("sf",)
    assert again.of("all") == TabFilter(days=7)
    broken = TrackViews.from_record({"tab": 3, "filters": {"all": {"days": 12, "carriers": "x"}}})
    assert broken.tab == "all"
    assert broken.current == TabFilter()


def test_the_ways_differ_in_one_colour_too(theme: Theme) -> None:
    def black_and_white(tone: Tone) -> bytes:
        image = QImage(140, 20, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.white)
        p = QPainter(image)
        draw_way(p, 2, QPointF(0, 10).y(), 3, tone, theme)
        p.end()
        mono = QImage(image.size(), QImage.Format.Format_Grayscale8)
        for y in range(image.height()):
            for x in range(image.width()):
                dark = image.pixelColor(x, y).saturation() > 60
                mono.setPixelColor(x, y, Qt.GlobalColor.black if dark else Qt.GlobalColor.white)
        return bytes(mono.constBits())

    shapes = {tone: black_and_white(tone) for tone in (Tone.ACCENT, Tone.OK, Tone.WARN, Tone.ERR)}
    assert len(set(shapes.values())) == len(shapes)
