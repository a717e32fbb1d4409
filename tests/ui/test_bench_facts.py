"""What is special about a parcel is said while it is packed; a refused seal is no dead end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from app.domain.packing import OpenParcel
from app.domain.states import Flow, HoldCode, ParcelState
from app.services.numbers import labelling
from app.services.orders import holding, queries, serials
from app.services.orders.queries import OrderFilter
from app.services.parcels import checking, packing
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.printing import printing
from app.services.telling import outbox
from app.simulators.seed_orders import OrderKind
from app.store.tables import orders, shops, stock_balances
from tests.support.warehouse import Bench
from tests.ui.orders_window import settle, shown_product, synced_bench
from ui.main_window import Product
from ui.pages.bench.facts import FactKind
from ui.pages.bench.view import Look, Panel
from ui.pages.bench.window import BenchWindow

SERIAL = "SN-7Q2K-0001"
IMEI = "356938035643809"


@dataclass(frozen=True, slots=True)
class Place:
    qtbot: QtBot
    product: Product
    window: BenchWindow
    bench: Bench

    def settle(self) -> None:
        settle(self.qtbot, self.product)

    def scan(self, *codes: str) -> None:
        for code in codes:
            self.window.scanned(code)
        self.settle()

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)
        self.settle()

    def parcel(self, row: ParcelRow) -> OpenParcel:
        with self.bench.work.db.read() as tx:
            return packing.read_parcel(tx, row.id)

    def row(self, row: ParcelRow) -> ParcelRow:
        return parcel_rows(self.bench.work, [row.id])[0]

    def pieces(self, row: ParcelRow) -> list[str]:
        return [line.item.code for line in self.parcel(row).lines for _ in range(line.need)]

    def pack(self, row: ParcelRow) -> None:
        self.scan(row.waybill, *self.pieces(row))

    @property
    def panel(self) -> Panel:
        return self.window.view.panel

    def look(self) -> Look:
        return self.panel.look

    def facts(self) -> dict[FactKind, str]:
        return {fact.kind: fact.text for fact in self.window.view.facts}

    # -- parcels that wait at the bench ------------------------------------------------------

    def printed(self, kind: str) -> ParcelRow:
        """The parcel of the first order of this kind: looked at, numbered and printed."""
        order = queries.find_order(self.bench.work, self.bench.seed(kind).order_id)
        assert order is not None
        return self._print(order)

    def ordinary(self) -> ParcelRow:
        work = self.bench.work
        ids = queries.order_ids(work, OrderFilter(tab="to_label"))
        rows = queries.order_rows(work, ids)
        return self._print(next(r.id for r in rows if r.flow == Flow.PARCEL and not r.flags))

    def _print(self, order: str) -> ParcelRow:
        work = self.bench.work
        (parcel,) = queries.order_rows(work, [order])[0].parcels
        if parcel_rows(work, [parcel])[0].holds:
            with work.db.write() as tx:
                holding.release_by_person(tx, work, parcel)
            checking.recheck(work)
        wave = self.bench.wave(only=[parcel])
        labelling.label_wave(work, wave)
        printing.print_wave(work, wave)
        row = parcel_rows(work, [parcel])[0]
        assert row.printed
        return row


@pytest.fixture
def place(qtbot: QtBot, tmp_path: Path) -> Iterator[Place]:
    with synced_bench(tmp_path) as bench, shown_product(qtbot, bench) as product:
        window = product.window.page("bench")
        assert isinstance(window, BenchWindow)
        window.resize(1440, 900)
        with qtbot.waitExposed(window):
            window.show()
        window.activated()
        settle(qtbot, product)
        yield Place(qtbot, product, window, bench)
        window.hide()


def sealed(place: Place, row: ParcelRow) -> bool:
    return place.row(row).state in {ParcelState.TO_REPORT, ParcelState.SHIPPED}


def test_card_and_work_to_order_are_said_while_the_parcel_is_packed(place: Place) -> None:
    for kind, fact in (
        (OrderKind.GREETING_CARD, FactKind.CARD),
        (OrderKind.MADE_TO_ORDER, FactKind.CUSTOM),
    ):
        row = place.printed(kind)
        place.scan(row.waybill)
        assert place.facts()[fact]
        assert place.look() is Look.GO


def test_gift_is_said_while_it_is_packed(place: Place) -> None:
    row = place.ordinary()
    work = place.bench.work
    with work.db.write() as tx:
        tx.execute(update(orders).where(orders.c.id.in_(row.order_ids)).values(is_gift=True))
    place.scan(row.waybill)
    assert "price" in place.facts()[FactKind.GIFT]


def test_serial_is_scanned_before_the_box_is_sealed(place: Place) -> None:
    row = place.printed(OrderKind.SERIALS)
    place.scan(row.waybill)
    assert FactKind.SERIAL in place.facts()
    place.scan(*place.pieces(row))
    assert not sealed(place, row)
    assert place.panel.title == "Scan the serial number"
    place.scan(place.pieces(row)[0])
    assert place.look() is Look.STOP
    assert serials.of_parcel(place.bench.work, row.id) is None
    place.scan(IMEI)
    assert not sealed(place, row)
    place.scan(SERIAL)
    assert sealed(place, row)
    assert place.look() is Look.DONE
    assert FactKind.SERIAL not in place.facts()
    noted = serials.of_parcel(place.bench.work, row.id)
    assert noted is not None
    assert (noted.serial, noted.imei1, noted.imei2) == (SERIAL, IMEI, "")


def test_serial_before_the_goods_is_not_taken_for_goods(place: Place) -> None:
    row = place.printed(OrderKind.SERIALS)
    place.scan(row.waybill, SERIAL)
    assert place.look() is Look.LOOK
    assert "serial number" in place.panel.line
    assert place.parcel(row).have == 0
    assert serials.of_parcel(place.bench.work, row.id) is None


def test_code_that_is_no_serial_says_so_and_the_next_one_counts(place: Place) -> None:
    row = place.printed(OrderKind.SERIALS)
    place.pack(row)
    place.scan("?!")
    assert place.look() is Look.STOP
    assert place.panel.foot
    place.press(Qt.Key.Key_Escape)
    assert place.panel.title == "Scan the serial number"
    place.scan(SERIAL)
    assert sealed(place, row)


def test_parcel_without_a_serial_can_be_put_aside(place: Place) -> None:
    row = place.printed(OrderKind.SERIALS)
    place.pack(row)
    place.press(Qt.Key.Key_F8)
    assert place.row(row).holds == (HoldCode.MANUAL,)
    assert place.window.packing_now is None


def test_serial_wanted_after_the_label_was_scanned_is_asked_for(place: Place) -> None:
    row = place.ordinary()
    place.scan(row.waybill)
    with place.bench.work.db.write() as tx:
        mine = orders.c.id.in_(row.order_ids)
        tx.execute(update(orders).where(mine).values(serials_wanted=True))
    place.scan(*place.pieces(row))
    assert place.look() is Look.STOP
    assert place.panel.title == "The serial number is missing"
    assert place.panel.line
    assert not sealed(place, row)
    place.scan(SERIAL)
    assert sealed(place, row)


def test_refused_seal_is_tried_again_once_its_cause_is_gone(place: Place) -> None:
    row = place.ordinary()
    place.scan(row.waybill)
    goods = [line.item.sku_id for line in place.parcel(row).lines]
    mine = stock_balances.c.sku_id.in_(goods)
    with place.bench.work.db.write() as tx:
        tx.execute(update(stock_balances).where(mine).values(on_hand=0))
    place.scan(*place.pieces(row))
    assert not sealed(place, row)
    assert place.look() is Look.STOP
    assert place.panel.line
    assert place.panel.foot
    place.press(Qt.Key.Key_Escape)
    assert place.look() is Look.LOOK  # never green: it is not sealed
    with place.bench.work.db.write() as tx:
        tx.execute(update(stock_balances).where(mine).values(on_hand=500))
    place.press(Qt.Key.Key_Return)
    assert sealed(place, row)
    assert place.look() is Look.DONE


def test_shop_that_is_only_read_is_not_said_to_be_told(place: Place) -> None:
    row = place.ordinary()
    work = place.bench.work
    with work.db.write() as tx:
        mine = shops.c.id == row.shop
        tx.execute(update(shops).where(mine).values(settings={"read_only": True}))
    place.pack(row)
    outbox.drain(work)
    place.window.refresh(place.window.topics)
    place.settle()
    assert place.row(row).state == ParcelState.TO_REPORT
    assert place.look() is Look.DONE
    assert "only read" in place.panel.foot


def test_parcel_that_changed_after_its_seal_is_called_back_in_red(place: Place) -> None:
    row = place.ordinary()
    place.bench.world.wechat.stop()  # the shop hears nothing: the parcel is still here
    place.pack(row)
    assert place.row(row).state == ParcelState.TO_REPORT
    work = place.bench.work
    with work.db.write() as tx:
        holding.hold_by_person(tx, work, row.id, "the buyer called")
    place.window.refresh(place.window.topics)
    place.settle()
    assert place.window.view.is_held
    assert "the buyer called" in place.panel.line
    assert place.panel.foot
    place.press(Qt.Key.Key_Escape)
    assert place.look() is Look.GO
    place.scan(row.waybill)  # on the way to the hold shelf: the label says the same
    assert place.window.view.is_held
    assert "the buyer called" in place.panel.line
