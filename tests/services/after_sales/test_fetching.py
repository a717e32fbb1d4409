"""After-sales come in by themselves, whatever the shop can list, and move their orders."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from app.domain.after_sales import AfterSaleStage
from app.domain.states import HoldCode
from app.services.after_sales import fetching
from app.store.tables import after_sales as cases
from app.store.tables import sync_cursors
from tests.services.after_sales.floor import Floor

LIST = "/channels/ec/aftersale/getaftersalelist"
CASE = "/channels/ec/aftersale/getaftersaleorder"


def test_a_refund_on_an_order_that_did_not_move_holds_it_and_lets_it_go(floor: Floor) -> None:
    floor.shop.quirks.aftersale_touches_order = False
    floor.sync(everything=True)
    floor.bench.clock.advance(20)
    asked = floor.ask()
    floor.sync()
    assert HoldCode.REFUND in floor.holds()
    assert floor.stage(asked) is AfterSaleStage.ASKED
    floor.bench.clock.advance(20)
    floor.shop.withdraw_aftersale(asked)
    floor.sync()
    assert floor.holds() == ()
    assert floor.stage(asked) is AfterSaleStage.NOTHING


def test_within_ten_seconds_nothing_is_asked(floor: Floor) -> None:
    floor.sync()
    before = floor.bench.world.wechat.journal.count(LIST)
    floor.sync(after_s=5)
    assert floor.bench.world.wechat.journal.count(LIST) == before
    floor.sync(after_s=6)
    assert floor.bench.world.wechat.journal.count(LIST) > before


def test_the_window_never_exceeds_a_day_and_the_first_connection_reads_thirty(
    floor: Floor,
) -> None:
    old = floor.ask(kind="RETURN")
    floor.shop.aftersales[old]["update_time"] -= 20 * 86400
    floor.bench.clock.advance(60)
    new = floor.ask(kind="RETURN") if floor.line["sku_cnt"] > 1 else ""
    floor.sync()
    assert floor.case(old) is None  # what is new comes first, the past a day a pass
    floor.sync(everything=True)
    assert floor.stage(old) is AfterSaleStage.ASKED
    assert not new or floor.stage(new) is AfterSaleStage.ASKED
    calls = [c.body for c in floor.bench.world.wechat.journal.calls(LIST)]
    spans = [c["end_update_time"] - c["begin_update_time"] for c in calls]
    assert max(spans) <= 86400
    first = min(c["begin_update_time"] for c in calls)
    assert first <= floor.bench.clock.now().timestamp() - 30 * 86400 + 60
    before = floor.bench.world.wechat.journal.count(LIST)
    floor.bench.clock.advance(20)
    floor.sync(everything=True)
    assert floor.bench.world.wechat.journal.count(LIST) == before + 1  # the past is read once


def test_pages_are_followed_to_the_end_with_the_same_times(floor: Floor) -> None:
    floor.shop.quirks.aftersale_page_size = 2
    seeds = [o for o in floor.bench.scenario.orders if o.shop == floor.seed.shop]
    asked = []
    for seed in seeds[:12]:
        line = floor.shop.order_data(seed.order_id)["order_detail"]["product_infos"][0]
        try:
            asked.append(
                floor.shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)
            )
        except ValueError:
            continue  # the scenario has an after-sale there already
    assert len(asked) > 4
    floor.sync(everything=True)
    assert all(floor.case(i) is not None and floor.case(i).raw for i in asked)


# trap 31
def test_where_the_update_pair_is_refused_creation_is_swept_once_a_day(floor: Floor) -> None:
    floor.shop.quirks.aftersale_update_pair = False
    before_s = floor.bench.clock.now().timestamp()
    asked = floor.ask(kind="RETURN")
    floor.sync(everything=True)
    assert floor.stage(asked) is AfterSaleStage.ASKED
    calls = [c for c in floor.bench.world.wechat.journal.calls(LIST) if c.at_s > before_s]
    refused = [c for c in calls if c.code == "40097"]
    assert len(refused) == 1  # it is not asked for in vain again and again
    assert (
        min(c.body["begin_create_time"] for c in calls if c not in refused)
        <= (floor.bench.clock.now() - timedelta(days=30)).timestamp() + 60
    )
    before = floor.bench.world.wechat.journal.count(LIST)
    floor.bench.clock.advance(hours=25)
    floor.sync(everything=True)
    swept = floor.bench.world.wechat.journal.calls(LIST)[before:]
    assert len(swept) >= 30


# trap 32
def test_a_tracking_number_that_no_list_shows_is_found_by_reading_open_ones(floor: Floor) -> None:
    floor.shop.quirks.aftersale_update_pair = False
    asked = floor.ask(kind="RETURN")
    floor.shop.move_aftersale(asked, "USER_WAIT_RETURN")
    floor.sync(everything=True)
    assert floor.stage(asked) is AfterSaleStage.WAIT_BUYER
    floor.shop.send_back(asked, "ZTO", "78900000000031")
    floor.bench.clock.advance(minutes=6)
    floor.sync()
    row = floor.case(asked)
    assert (row.stage, row.return_number) == (AfterSaleStage.RETURNED, "78900000000031")


# trap 35
def test_a_price_difference_holds_nothing(floor: Floor) -> None:
    floor.sync(everything=True)
    floor.bench.clock.advance(20)
    asked = floor.ask(price_difference_fen=300)
    floor.sync()
    floor.sync_orders()
    assert floor.case(asked).price_difference
    assert floor.holds() == ()
    floor.shop.finish_refund(asked)
    floor.bench.clock.advance(20)
    floor.sync()
    assert floor.case(asked).amount_fen == 300
    assert [p.state for p in floor.parcels()] == ["to_label"]


def test_a_case_that_cannot_be_read_stops_no_other(floor: Floor) -> None:
    free = [o for o in floor.bench.scenario.orders if not o.expectation.holds]
    other = next(o for o in free if o.shop == floor.seed.shop and o is not floor.seed)
    line = floor.shop.order_data(other.order_id)["order_detail"]["product_infos"][0]
    bad = floor.ask()
    good = floor.shop.open_aftersale(other.order_id, line["product_id"], line["sku_id"], 1)
    floor.shop.aftersales[bad]["order_id"] = ""
    result = floor.sync()
    assert list(result.failed) == [bad]
    assert floor.stage(good) is AfterSaleStage.ASKED
    assert floor.case(bad).unread  # it is tried again with every pass
    floor.shop.aftersales[bad]["order_id"] = floor.seed.order_id
    floor.sync()
    assert floor.stage(bad) is AfterSaleStage.ASKED


def test_a_broken_connection_loses_nothing(floor: Floor) -> None:
    asked = floor.ask()
    floor.bench.world.wechat.faults.answer_json(
        CASE, {"errcode": 45009, "errmsg": "quota"}, when=lambda call: asked.encode() in call.body
    )
    shop = floor.bench.work.outside.shop(floor.seed.shop)
    floor.bench.clock.advance(11)
    result = fetching.sync(floor.bench.work, shop)
    assert result.error is not None
    assert floor.case(asked).unread
    with floor.bench.work.db.read() as tx:
        error = tx.execute(
            select(sync_cursors.c.last_error).where(
                sync_cursors.c.shop_id == floor.seed.shop, sync_cursors.c.stream == "after_sales"
            )
        ).scalar_one()
    assert error
    floor.bench.clock.advance(120)
    floor.sync()
    assert floor.stage(asked) is AfterSaleStage.ASKED


def test_a_status_nobody_documented_stays_open_and_is_shown_as_it_is(floor: Floor) -> None:
    asked = floor.ask()
    floor.shop.move_aftersale(asked, "MERCHANT_CONSULTS_THE_STARS_ABOUT_IT_ALL")
    floor.sync()
    row = floor.case(asked)
    assert (row.stage, row.open) == (AfterSaleStage.UNKNOWN, True)
    assert row.status == "MERCHANT_CONSULTS_THE_STARS_ABOUT_IT_ALL"
    assert HoldCode.REFUND in floor.holds()


def test_what_was_written_here_survives_what_the_shop_tells(floor: Floor) -> None:
    asked = floor.ask(kind="RETURN")
    floor.sync()
    with floor.bench.work.db.write() as tx:
        tx.execute(
            update(cases)
            .where(cases.c.after_sale_id == asked)
            .values(received_at=floor.bench.clock.now(), received_note="scratched")
        )
    floor.bench.clock.advance(20)
    floor.shop.send_back(asked, "ZTO", "78900000000031")
    floor.sync()
    row = floor.case(asked)
    assert (row.return_number, row.received_note) == ("78900000000031", "scratched")
    assert row.received_at is not None


def test_an_orders_old_number_does_not_free_what_the_case_keeps_open(floor: Floor) -> None:
    """The order lists a closed exchange as still asked for, or not at all."""
    floor.sync(everything=True)
    floor.bench.clock.advance(20)
    asked = floor.ask()
    floor.sync()
    floor.shop.orders[floor.seed.order_id].data["aftersale_detail"] = {
        "aftersale_order_list": [],
        "on_aftersale_order_cnt": 0,
    }
    floor.bench.clock.advance(5)
    floor.sync_orders()
    assert HoldCode.REFUND in floor.holds()
    assert floor.case(asked).open


def test_a_sync_on_demand_reads_all_that_is_new(floor: Floor) -> None:
    for seed in floor.bench.scenario.orders:
        if seed.shop == floor.seed.shop:
            for line in floor.shop.order_data(seed.order_id)["order_detail"]["product_infos"]:
                floor.shop.open_aftersale(
                    seed.order_id,
                    line["product_id"],
                    line["sku_id"],
                    1,
                    price_difference_fen=100,
                )
    waiting = sum(a["status"] == "MERCHANT_PROCESSING" for a in floor.shop.aftersales.values())
    assert waiting > fetching.READ_AT_ONCE
    floor.bench.clock.advance(30)
    floor.sync_orders()
    with floor.bench.work.db.read() as tx:
        unread = tx.execute(select(cases.c.after_sale_id).where(cases.c.unread)).all()
    assert unread == []
