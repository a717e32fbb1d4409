"""The shop's answers: checked, written down first, given once, read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.domain.after_sales import AfterSaleStage
from app.domain.errors import RetryableError, UserError
from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.after_sales import answers, approval
from app.services.stock import bundles, stock
from app.services.workplace import Workplace
from app.store.tables import after_sales as cases
from app.store.tables import audit, stock_moves, users
from tests.services.after_sales.floor import Floor

ACCEPT = "/channels/ec/aftersale/acceptapply"
REJECT = "/channels/ec/aftersale/rejectapply"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + (3).to_bytes(4) + (2).to_bytes(4) + b"\x08"


def paid_back(floor: Floor) -> int:
    """How many refunds the shop has carried out."""
    return sum(c.code == "0" for c in floor.bench.world.wechat.journal.calls(ACCEPT))


def amount(floor: Floor, asked: str) -> int:
    return int(floor.shop.aftersales[asked]["refund_info"]["amount"])


@pytest.mark.parametrize("confirmed", [None, 0, -1])
def test_no_money_moves_without_the_exact_amount(floor: Floor, confirmed: int | None) -> None:
    asked = floor.ask()
    wrong = confirmed if confirmed != -1 else amount(floor, asked) + 1
    with pytest.raises(UserError) as refused:
        answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=wrong)
    assert refused.value.code == "confirm_amount"
    assert paid_back(floor) == 0
    assert "after_sale_refund" not in floor.story()


def test_a_refund_is_paid_once_and_takes_the_parcel_out(floor: Floor) -> None:
    asked = floor.ask(floor.line["sku_cnt"])
    work, shop_id = floor.bench.work, floor.seed.shop
    first = answers.refund(work, shop_id, asked, confirm_fen=amount(floor, asked))
    again = answers.refund(work, shop_id, asked, confirm_fen=amount(floor, asked))
    assert (first.result, again.result) == ("done", "kept")
    assert first.stage == AfterSaleStage.REFUNDED
    assert paid_back(floor) == 1
    story = floor.story()
    assert story.index("after_sale_refund") < story.index("after_sale_answered")
    assert integrity.check(work).broken == ()


def test_a_lost_answer_is_looked_up_and_not_paid_again(floor: Floor) -> None:
    asked = floor.ask()
    floor.bench.world.wechat.faults.lose_answer(ACCEPT)
    done = answers.refund(
        floor.bench.work, floor.seed.shop, asked, confirm_fen=amount(floor, asked)
    )
    assert (done.result, done.stage) == ("done", AfterSaleStage.REFUNDED)
    assert floor.bench.world.wechat.journal.count(ACCEPT) == 1


def test_an_answer_that_never_arrived_may_be_given_again(floor: Floor) -> None:
    asked = floor.ask()
    floor.bench.world.wechat.faults.answer_json(ACCEPT, {"errcode": -1, "errmsg": "system error"})
    work, shop_id = floor.bench.work, floor.seed.shop
    with pytest.raises(RetryableError) as unclear:
        answers.refund(work, shop_id, asked, confirm_fen=amount(floor, asked))
    assert unclear.value.code == "after_sale_unclear"
    floor.bench.clock.advance(61)
    assert answers.refund(work, shop_id, asked, confirm_fen=amount(floor, asked)).result == "done"
    assert paid_back(floor) == 1


# trap 33
def test_the_second_refund_of_an_order_waits_its_minute(floor: Floor) -> None:
    first = floor.ask(price_difference_fen=100)
    second = floor.ask(price_difference_fen=200)
    work, shop_id = floor.bench.work, floor.seed.shop
    answers.refund(work, shop_id, first, confirm_fen=100)
    floor.bench.clock.advance(20)
    with pytest.raises(RetryableError) as waits:
        answers.refund(work, shop_id, second, confirm_fen=200)
    assert waits.value.code == "after_sale_wait"
    assert 0 < (waits.value.retry_after_s or 0) <= 40
    assert floor.bench.world.wechat.journal.count(ACCEPT) == 1  # the shop was not even asked
    floor.bench.clock.advance(41)
    assert answers.refund(work, shop_id, second, confirm_fen=200).result == "done"


# trap 33
def test_a_refund_made_elsewhere_a_moment_ago_is_waited_for_too(floor: Floor) -> None:
    asked = floor.ask(price_difference_fen=200)
    floor.shop.refunds_asked_at_s[floor.seed.order_id] = floor.bench.clock.now().timestamp() - 5
    with pytest.raises(RetryableError) as waits:
        answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=200)
    assert (waits.value.code, waits.value.retry_after_s) == ("after_sale_later", 60.0)
    floor.bench.clock.advance(56)
    done = answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=200)
    assert done.result == "done"


def test_who_withdrew_is_not_paid_and_the_refusal_says_what_it_is_now(floor: Floor) -> None:
    asked = floor.ask()
    floor.sync()
    floor.shop.withdraw_aftersale(asked)
    with pytest.raises(UserError) as late:
        answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=amount(floor, asked))
    assert late.value.code == "after_sale_step"
    assert "came to nothing" in str(late.value.message)
    assert floor.holds() == ()  # and the parcel goes on at once


def test_a_refusal_by_the_shop_shows_what_the_case_is_now(floor: Floor) -> None:
    asked = floor.ask()
    floor.bench.world.wechat.faults.answer_json(
        ACCEPT, {"errcode": 10021046, "errmsg": "balance rid: 1-1-1"}
    )
    with pytest.raises(UserError) as refused:
        answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=amount(floor, asked))
    assert refused.value.code == "10021046"
    assert "waits for your answer" in str(refused.value.message)
    assert "after_sale_refused" in floor.story()


def shipped_return(floor: Floor) -> str:
    """A return that the buyer asked for; agreed to and sent back."""
    asked = floor.ask(kind="RETURN")
    answers.accept_return(floor.bench.work, floor.seed.shop, asked)
    floor.shop.send_back(asked, "ZTO", "78900000000031")
    floor.bench.clock.advance(61)
    return asked


def test_a_return_goes_to_the_default_address_and_is_paid_when_it_is_back(floor: Floor) -> None:
    asked = shipped_return(floor)
    assert floor.bench.world.wechat.journal.calls(ACCEPT)[0].body["address_id"] == "123"
    work, shop_id = floor.bench.work, floor.seed.shop
    assert answers.accept_return(work, shop_id, asked).result == "kept"
    done = answers.refund(work, shop_id, asked, confirm_fen=amount(floor, asked))
    assert done.stage == AfterSaleStage.REFUNDED
    assert floor.bench.world.wechat.journal.calls(ACCEPT)[-1].body["accept_type"] == 2


def test_without_a_return_address_it_says_where_to_set_one(floor: Floor) -> None:
    asked = floor.ask(kind="RETURN")
    floor.shop.merchant_addresses.clear()
    with pytest.raises(UserError) as none:
        answers.accept_return(floor.bench.work, floor.seed.shop, asked)
    assert none.value.code == "shop_return_address"
    assert floor.bench.world.wechat.journal.count(ACCEPT) == 0


def test_what_came_back_moves_stock_once(floor: Floor) -> None:
    asked = shipped_return(floor)
    floor.sync()
    work, shop_id = floor.bench.work, floor.seed.shop
    before = {r.sku: r.on_hand for r in stock.list_stock(work)}
    first = answers.received(work, shop_id, asked, good=1, note="like new")
    again = answers.received(work, shop_id, asked, good=1)
    assert (first.result, again.result) == ("done", "kept")
    after = {r.sku: r.on_hand for r in stock.list_stock(work)}
    assert sum(after.values()) - sum(before.values()) == 1
    row = floor.case(asked)
    assert (row.received_note, row.received_at is not None) == ("like new", True)
    assert integrity.check(work).broken == ()


def test_broken_pieces_are_here_and_not_for_sale(floor: Floor) -> None:
    asked = shipped_return(floor)
    floor.sync()
    work = floor.bench.work
    before = {r.sku: r.on_hand for r in stock.list_stock(work)}
    answers.received(work, floor.seed.shop, asked, good=0, bad=1)
    assert {r.sku: r.on_hand for r in stock.list_stock(work)} == before
    with work.db.read() as tx:
        moves = tx.execute(
            select(
                stock_moves.c.kind, stock_moves.c.on_hand_delta, stock_moves.c.defective_delta
            ).where(stock_moves.c.reference == asked)
        ).all()
    assert [tuple(m) for m in moves] == [("return_bad", 0, 1)]
    assert integrity.check(work).broken == ()


def test_a_bundle_that_is_not_built_comes_back_as_its_parts(floor: Floor) -> None:
    asked = shipped_return(floor)
    floor.sync()
    work = floor.bench.work
    code = next(row.sku for row in stock.list_stock(work) if row.sku == floor.line["sku_code"])
    rows = [{"sku": sku, "name": sku, "quantity": "5"} for sku in ("IN-A", "IN-B")]
    stock.import_rows(work, rows)
    bundles.define(work, code, {"IN-A": 2, "IN-B": 1})
    before = {r.sku: r.on_hand for r in stock.list_stock(work)}
    answers.received(work, floor.seed.shop, asked, good=1)
    after = {r.sku: r.on_hand for r in stock.list_stock(work)}
    changed = {sku: n - before[sku] for sku, n in after.items() if n != before[sku]}
    assert changed == {"IN-A": 2, "IN-B": 1}
    assert integrity.check(work).broken == ()


def test_a_bought_and_a_free_piece_of_one_item_come_back_together(floor: Floor) -> None:
    asked = shipped_return(floor)
    floor.sync()
    work = floor.bench.work
    (bought,) = floor.case(asked).goods
    with work.db.write() as tx:
        tx.execute(
            update(cases)
            .where(cases.c.after_sale_id == asked)
            .values(goods=[bought, {**bought, "gift": True}])
        )
    before = sum(r.on_hand for r in stock.list_stock(work))
    answers.received(work, floor.seed.shop, asked, good=2)
    assert sum(r.on_hand for r in stock.list_stock(work)) - before == 2
    assert integrity.check(work).broken == ()


def test_more_than_was_asked_back_is_refused(floor: Floor) -> None:
    asked = shipped_return(floor)
    floor.sync()
    with pytest.raises(UserError) as too_many:
        answers.received(floor.bench.work, floor.seed.shop, asked, good=1, bad=1)
    assert too_many.value.code == "bad_quantity"


def test_a_rejection_frees_the_parcel(floor: Floor) -> None:
    asked = floor.ask()
    floor.sync()
    assert HoldCode.REFUND in floor.holds()
    done = answers.reject(floor.bench.work, floor.seed.shop, asked, 4, "包裹已发出")
    assert (done.result, done.stage) == ("done", AfterSaleStage.NOTHING)
    assert floor.holds() == ()
    assert floor.shop.aftersales[asked]["merchant_upload_info"]["reject_reason"] == "包裹已发出"


def test_the_platforms_reasons_are_asked_once_a_day_and_by_either_name(floor: Floor) -> None:
    floor.shop.quirks.reject_list_renamed = True
    path = "/channels/ec/aftersale/rejectreason/get"
    for _ in range(2):
        with pytest.raises(UserError):
            answers.reject(floor.bench.work, floor.seed.shop, "1", 99, "")
    assert floor.bench.world.wechat.journal.count(path) == 1
    floor.bench.clock.advance(hours=25)
    with pytest.raises(UserError):
        answers.reject(floor.bench.work, floor.seed.shop, "1", 99, "")
    assert floor.bench.world.wechat.journal.count(path) == 2


def test_a_buyer_with_the_goods_is_rejected_with_pictures(floor: Floor, tmp_path: Path) -> None:
    asked = floor.ask(buyer_has_goods=True)
    work, shop_id = floor.bench.work, floor.seed.shop
    with pytest.raises(UserError) as wanted:
        answers.reject(work, shop_id, asked, 4, "包裹已发出")
    assert "--evidence" in str(wanted.value.remedy)
    picture = tmp_path / "掛號.png"
    picture.write_bytes(PNG)
    assert answers.reject(work, shop_id, asked, 4, "包裹已发出", [picture]).result == "done"
    assert list(floor.shop.pictures.values()) == [PNG]


def test_evidence_settles_what_the_platform_could_not_pay(floor: Floor, tmp_path: Path) -> None:
    asked = floor.ask()
    floor.shop.move_aftersale(asked, "PLATFORM_REFUND_FAIL")
    text = tmp_path / "note.txt"
    text.write_text("paid", encoding="utf-8")
    work, shop_id = floor.bench.work, floor.seed.shop
    with pytest.raises(UserError) as wrong:
        answers.send_evidence(work, shop_id, asked, [text])
    assert wrong.value.code == "picture_kind"
    picture = tmp_path / "paid.png"
    picture.write_bytes(PNG)
    floor.bench.world.wechat.faults.lose_answer("/channels/ec/aftersale/uploadrefundcertificate")
    first = answers.send_evidence(work, shop_id, asked, [picture], "已转账")
    again = answers.send_evidence(work, shop_id, asked, [picture])
    assert (first.result, again.result) == ("done", "kept")
    call = floor.bench.world.wechat.journal.calls("/channels/ec/basics/img/upload")[-1]
    assert (call.query["width"], call.query["height"]) == ("3", "2")


def with_user(floor: Floor, name: str, role: str) -> Workplace:
    work = floor.bench.work
    with work.db.write() as tx:
        tx.execute(insert(users).values(name=name, role=role, display_name=""))
    return Workplace(work.db, work.clock, work.sealer, work.outside, user=name, holder=work.holder)


def test_only_who_may_pays(floor: Floor) -> None:
    asked = floor.ask(price_difference_fen=500)
    packer, lead = with_user(floor, "xiaoli", "packer"), with_user(floor, "lao wang", "lead")
    shop_id = floor.seed.shop
    with pytest.raises(UserError) as refused:
        answers.refund(packer, shop_id, asked, confirm_fen=500)
    assert refused.value.code == "needs_approval"
    assert "lao wang" in str(refused.value.remedy)
    assert paid_back(floor) == 0
    with floor.bench.work.db.read() as tx:
        noted = tx.execute(
            select(audit.c.user, audit.c.detail).where(audit.c.action == "needs_approval")
        ).one()
    assert (noted.user, noted.detail["amount_fen"]) == ("xiaoli", 500)
    assert answers.refund(lead, shop_id, asked, confirm_fen=500).result == "done"


def test_a_limit_lets_small_amounts_pass(floor: Floor) -> None:
    packer = with_user(floor, "xiaoli", "packer")
    assert approval.limit_for(packer) == 0
    assert approval.set_limits(packer, approval.Limits(packer_fen=500, lead_fen=20_000))
    assert approval.limit_for(packer) == 500
    asked = floor.ask(price_difference_fen=500)
    assert answers.refund(packer, floor.seed.shop, asked, confirm_fen=500).result == "done"


def test_parcel_states_are_those_of_the_refund(floor: Floor) -> None:
    asked = floor.ask(floor.line["sku_cnt"])
    answers.refund(floor.bench.work, floor.seed.shop, asked, confirm_fen=amount(floor, asked))
    lines = floor.shop.order_data(floor.seed.order_id)["order_detail"]["product_infos"]
    states = {p.state for p in floor.parcels()}
    assert states == ({ParcelState.CANCELLED} if len(lines) == 1 else {ParcelState.TO_LABEL})
