"""Pick lists of carts, slips as the shop wishes them, manifests, labels for goods and bins."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.bins import walking_key
from app.domain.days import china_day
from app.domain.errors import UserError
from app.domain.papers import Arrow, CartPart
from app.domain.states import ParcelState, Route
from app.ports import SendResult
from app.services.numbers.labelling import label_parcels, label_wave
from app.services.orders import holding
from app.services.parcels import slip_content
from app.services.parcels.parcel_queries import ParcelRow
from app.services.parcels.shipping import ship
from app.services.parcels.slip_content import Notes, SlipWish
from app.services.printing import goods_labels, manifests
from app.services.printing.printing import print_parcels, print_wave
from app.services.waves import picking
from app.store.tables import order_lines, orders, parcels, skus, stock_balances, waybills
from tests.printing.reading import text_of
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def printed_wave(bench: Bench) -> str:
    """A wave whose labels are out, waiting to be picked."""
    ids = [r.id for c in ("sf", "zto", "yunda") for r in truth.ready(bench, Route.DIRECT, c)]
    wave = bench.wave(only=ids)
    label_wave(bench.work, wave)
    work, _ = with_fake_printers(bench.work)
    print_wave(work, wave)
    return wave


def sealed(bench: Bench, *carriers: str) -> list[ParcelRow]:
    """Parcels that wait for the driver."""
    ids = [r.id for c in carriers for r in truth.ready(bench, Route.DIRECT, c)]
    label_parcels(bench.work, ids)
    work, _ = with_fake_printers(bench.work)
    print_parcels(work, ids)
    assert all(r.ok for r in ship(bench.work, parcel_ids=ids, unpacked=True))
    return [truth.parcel(bench, i) for i in ids]


# --- pick lists ----------------------------------------------------------------------------------


def test_carts_hold_every_piece_of_the_wave_once(bench: Bench) -> None:
    wave = printed_wave(bench)
    whole = picking.pick_list(bench.work, wave)
    parts = picking.carts(bench.work, wave, 2)
    lists = [picking.pick_list(bench.work, wave, part) for part in parts]
    assert sum(x.parcels for x in lists) == whole.parcels
    assert all(x.parcels <= 2 for x in lists)
    pieces = sum(r.quantity for r in whole.rows)
    assert sum(r.quantity for x in lists for r in x.rows) == pieces
    slots = {slot.split()[0] for x in lists for r in x.rows for slot in r.slots}
    assert slots == {"1", "2"}


def test_a_parcel_that_is_held_leaves_the_others_in_their_slots(bench: Bench) -> None:
    wave = printed_wave(bench)
    second = CartPart(3, 4)
    before = picking.pick_list(bench.work, wave, second)
    with bench.work.db.write() as tx:
        first = tx.execute(
            select(parcels.c.id).where(parcels.c.wave_id == wave, parcels.c.wave_position == 1)
        ).scalar_one()
        holding.hold_by_person(tx, bench.work, first, "look at it")
    assert picking.pick_list(bench.work, wave, second).rows == before.rows


def test_the_list_is_walked_by_bin_as_a_person_counts(bench: Bench) -> None:
    wave = printed_wave(bench)
    with bench.work.db.write() as tx:
        for n, sku_id in enumerate(tx.execute(select(skus.c.id)).scalars().all()):
            tx.execute(update(skus).where(skus.c.id == sku_id).values(bin=f"A-{n}"))
    bins = [r.bin for r in picking.pick_list(bench.work, wave).rows]
    assert bins == sorted(bins, key=walking_key)
    assert len(bins) > 1


def test_a_row_says_what_is_not_on_the_shelf(bench: Bench) -> None:
    wave = printed_wave(bench)
    row = picking.pick_list(bench.work, wave).rows[0]
    assert row.short == 0
    with bench.work.db.write() as tx:
        sku_id = tx.execute(select(skus.c.id).where(skus.c.code == row.sku)).scalar_one()
        tx.execute(
            update(stock_balances)
            .where(stock_balances.c.sku_id == sku_id)
            .values(on_hand=row.quantity - 1)
        )
    again = {r.sku: r for r in picking.pick_list(bench.work, wave).rows}
    assert again[row.sku].short == 1


def test_scanning_the_list_of_a_cart_sends_only_its_boxes_to_the_bench(bench: Bench) -> None:
    wave = printed_wave(bench)
    parts = picking.carts(bench.work, wave, 2)
    told = picking.read_code(picking.pick_list(bench.work, wave, parts[0]).code)
    assert told is not None
    assert told[1] == CartPart(1, 2)
    assert picking.mark_picked(bench.work, *told) == 2
    with bench.work.db.read() as tx:
        picked = tx.execute(
            select(parcels.c.wave_position)
            .where(parcels.c.wave_id == wave, parcels.c.state == ParcelState.TO_PACK)
            .order_by(parcels.c.wave_position)
        ).scalars()
        assert list(picked) == [1, 2]
    for part in parts[1:]:
        picking.mark_picked(bench.work, wave, part)
    assert picking.mark_picked(bench.work, wave) == 0


def test_a_code_that_is_no_pick_list_is_not_read_as_one() -> None:
    assert picking.read_code("PICK-0318-05") == ("0318-05", None)
    assert picking.read_code("pick-0318-05.21.40") == ("0318-05", CartPart(21, 40))
    for code in ("PICK-", "SF7444496931331", "CMD-UNDO", ""):
        assert picking.read_code(code) is None


def test_a_cart_that_the_wave_does_not_fill_is_refused(bench: Bench) -> None:
    wave = printed_wave(bench)
    assert picking.cart_part(bench.work, wave, 1, 2).first == 1
    with pytest.raises(UserError) as refused:
        picking.cart_part(bench.work, wave, 99, 2)
    assert refused.value.code == "no_such_cart"


# --- slips ---------------------------------------------------------------------------------------


def test_notes_and_address_stand_on_a_slip_only_when_the_shop_wants_them(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    with bench.work.db.write() as tx:
        tx.execute(update(orders).values(buyer_note="buyer says", merchant_note="shop says"))
        tx.execute(update(orders).values(is_gift=False))
    plain = slip_content.slip(bench.work, row.id)
    assert (plain.note, plain.shop_words, plain.return_to) == ("", "", "")
    with bench.work.db.write() as tx:
        wish = SlipWish("come again", Notes.BOTH, return_address=True)
        assert slip_content.store(tx, wish)
        assert not slip_content.store(tx, wish)
    found = slip_content.slip(bench.work, row.id)
    assert found.note == "buyer says / shop says"
    assert found.shop_words == "come again"
    assert found.return_to
    with bench.work.db.write() as tx:
        tx.execute(update(orders).values(is_gift=True))
    assert slip_content.slip(bench.work, row.id).note == ""


def test_goods_given_on_top_are_marked_on_the_slip(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    with bench.work.db.write() as tx:
        tx.execute(update(order_lines).values(is_free_gift=True))
    assert all(r.is_gift for r in slip_content.slip(bench.work, row.id).rows)


# --- manifests -----------------------------------------------------------------------------------


def test_a_manifest_has_every_sealed_parcel_once_by_carrier(bench: Bench) -> None:
    rows = sealed(bench, "sf", "zto")
    found = manifests.hand_over(bench.work)
    numbers = [r.number for part in found.manifest.parts for r in part.rows]
    assert sorted(numbers) == sorted(r.waybill for r in rows)
    assert [part.account for part in found.manifest.parts] == ["sf", "zto"]
    only = manifests.hand_over(bench.work, carrier="zto").manifest.parts
    assert [part.account for part in only] == ["zto"]
    assert all(r.city for part in found.manifest.parts for r in part.rows)


def test_a_manifest_names_no_person(bench: Bench) -> None:
    sealed(bench, "sf", "zto")
    found = manifests.hand_over(bench.work).manifest
    text = text_of(bench.work.outside.stationery.sheet(found, "pdf", "210x297"))
    with bench.work.db.read() as tx:
        people = tx.execute(select(orders.c.receiver)).scalars().all()
    for person in people:
        for secret in (person.get("name"), person.get("phone"), person.get("address")):
            assert not secret or len(secret) < 2 or secret not in text


def test_what_the_carrier_has_seen_is_handed_over_and_still_in_the_days_list(bench: Bench) -> None:
    rows = sealed(bench, "zto")
    with bench.work.db.write() as tx:
        tx.execute(update(waybills).values(first_scan_at=bench.work.now()))
    with pytest.raises(UserError) as refused:
        manifests.hand_over(bench.work)
    assert refused.value.code == "nothing_to_hand_over"
    today = china_day(bench.work.now())
    assert manifests.hand_over(bench.work, day=today).parcels == len(rows)


def test_a_held_parcel_is_not_handed_over_before_the_shop_counts_it(bench: Bench) -> None:
    rows = sealed(bench, "zto")
    with bench.work.db.write() as tx:
        tx.execute(
            update(parcels).where(parcels.c.id == rows[0].id).values(state=ParcelState.TO_REPORT)
        )
        holding.hold_by_person(tx, bench.work, rows[0].id, "refund asked")
    if len(rows) == 1:
        with pytest.raises(UserError) as refused:
            manifests.hand_over(bench.work)
        assert "1" in str(refused.value.remedy)
        return
    found = manifests.hand_over(bench.work)
    assert found.held == 1
    numbers = {r.number for part in found.manifest.parts for r in part.rows}
    assert rows[0].waybill not in numbers


def test_a_manifest_printed_again_says_so(bench: Bench) -> None:
    sealed(bench, "zto")
    work, printers = with_fake_printers(bench.work)
    first = manifests.hand_over(work).manifest
    assert first.parts[0].reprint_no == 0
    printers["bench-2"].will(SendResult.NOT_STARTED)
    manifests.print_manifest(work, first, "bench-2")
    assert manifests.hand_over(work).manifest.parts[0].reprint_no == 0  # it never went out
    printers["bench-2"].will(SendResult.UNKNOWN)
    manifests.print_manifest(work, first, "bench-2")
    again = manifests.hand_over(work).manifest.parts[0]
    assert again.reprint_no == 1
    assert again.code == first.parts[0].code
    assert len(printers["bench-2"].sheets) == 2


# --- goods and bins ------------------------------------------------------------------------------


def test_a_goods_label_carries_the_code_that_the_bench_reads(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        code = tx.execute(select(skus.c.code).order_by(skus.c.code).limit(1)).scalar_one()
    (label,) = goods_labels.goods_labels(bench.work, [code], 3).labels
    assert (label.sku, label.copies) == (code, 3)
    (same,) = goods_labels.goods_labels(bench.work, [label.code]).labels
    assert same.sku == code
    with pytest.raises(UserError) as refused:
        goods_labels.goods_labels(bench.work, ["NO-SUCH"])
    assert refused.value.code == "no_such_sku"


def test_every_bin_with_goods_gets_a_label_in_walking_order(bench: Bench) -> None:
    found = [b.name for b in goods_labels.bin_labels(bench.work).labels]
    assert found == sorted(set(found), key=walking_key)
    named = goods_labels.bin_labels(bench.work, ["Z-9"], Arrow.UP).labels
    assert [(b.name, b.arrow) for b in named] == [("Z-9", Arrow.UP)]
    with pytest.raises(UserError) as refused:
        goods_labels.bin_labels(bench.work, ["x" * 33])
    assert refused.value.code == "bad_bin"
