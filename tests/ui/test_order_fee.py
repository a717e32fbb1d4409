"""The drawer shows what a parcel costs, and why it goes with this carrier."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.services.parcels import parcel_queries
from tests.services.money.billing import PRICE
from tests.services.money.test_choice import TWO, apply, choose_anew, waiting, write_note
from tests.ui.orders_window import orders_page, settle, shown_product, synced_bench
from ui.pages.orders.drawer_parts import CarrierCard


def test_the_carriers_card_tells_fee_and_reason(qtbot: QtBot, tmp_path: Path) -> None:
    with synced_bench(tmp_path) as bench:
        apply(bench, TWO + PRICE.format(carrier="sf"))
        parcel = waiting(bench)
        write_note(bench, parcel.id, "不要中通")
        choose_anew(bench, parcel.id)
        (row,) = parcel_queries.parcel_rows(bench.work, [parcel.id])
        assert row.carrier == "sf"
        with shown_product(qtbot, bench) as product:
            product.window.go("orders")
            page = orders_page(product)
            settle(qtbot, product)
            page.open_order(row.order_ids[0])
            settle(qtbot, product)
            (card,) = page.order_drawer.findChildren(CarrierCard)
            steps = -(-max(0, row.expected_weight_g - 1000) // 1000)
            assert card.card.fee == f"¥{(400 + 150 * steps) / 100:.2f}"
            assert card.card.fee in card.accessibleName()
            assert [str(s.sentence) for s in row.trail] == list(card.card.why)
            assert card.card.why[0] in card.toolTip()
            assert card.card.facts[0] == "“cheap”: the note refuses ZTO Express"
