"""The bench on real parcels: every verdict, written down before it is shown, counted once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from app.domain.packing import OpenParcel, Scanned
from app.domain.states import HoldCode, ParcelState, Route, Verdict
from app.services import integrity
from app.services.numbers import voiding
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import packing, parcel_making
from app.services.parcels.parcel_queries import ParcelRow, packed_today
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_parcels
from app.services.sync import syncing
from app.store.tables import parcel_lines, scans, sku_barcodes, skus
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


@pytest.fixture
def printed(bench: Bench) -> list[ParcelRow]:
    """The biggest platform parcels and the smallest one, with their labels on paper.

    The first ones have several pieces. Few of them: every test begins with this.
    """
    rows = truth.ready(bench, Route.PLATFORM, "zto")
    by_size = sorted((r.id for r in rows), key=lambda i: -_pieces(bench, i))
    ids = [*by_size[:4], by_size[-1]]
    label_parcels(bench.work, ids)
    work, _ = with_fake_printers(bench.work)
    print_parcels(work, ids)
    return [truth.parcel(bench, i) for i in ids]


def _pieces(bench: Bench, parcel_id: str) -> int:
    query = select(func.sum(parcel_lines.c.quantity)).where(parcel_lines.c.parcel_id == parcel_id)
    with bench.work.db.read() as tx:
        return int(tx.execute(query).scalar_one())


def opened(bench: Bench, row: ParcelRow) -> OpenParcel:
    found = packing.open_parcel(bench.work, row.waybill)
    assert found.verdict is Verdict.PARCEL_OPENED
    assert found.parcel is not None
    return found.parcel


def scan(bench: Bench, parcel: OpenParcel, code: str, nonce: str, quantity: int = 1) -> Scanned:
    return packing.scan(bench.work, parcel, code, nonce=nonce, quantity=quantity)


def counted(bench: Bench, row: ParcelRow) -> int:
    query = select(func.sum(parcel_lines.c.scanned)).where(parcel_lines.c.parcel_id == row.id)
    with bench.work.db.read() as tx:
        return int(tx.execute(query).scalar_one())


def other_sku(bench: Bench, parcel: OpenParcel, *, same_product: bool) -> str | None:
    """The code of a SKU that the parcel does not hold."""
    mine = {line.item.sku_id for line in parcel.lines}
    products = {line.item.product_id for line in parcel.lines}
    with bench.work.db.read() as tx:
        for row in tx.execute(select(skus).order_by(skus.c.code)):
            if row.id not in mine and (row.product_id in products) is same_product:
                return str(row.code)
    return None


def test_a_parcel_is_packed_piece_by_piece_and_sealed(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    verdicts = []
    codes = [line.item.code for line in parcel.lines for _ in range(line.need)]
    for n, code in enumerate(codes):
        result = scan(bench, parcel, code, f"n{n}")
        verdicts.append(result.verdict)
        assert result.parcel is not None
        parcel = result.parcel
    assert verdicts[-1] is Verdict.PARCEL_DONE
    assert set(verdicts[:-1]) <= {Verdict.OK, Verdict.LINE_DONE}
    packing.close(bench.work, parcel, 700)
    assert truth.parcel(bench, row.id).state == ParcelState.TO_REPORT
    assert truth.parcel(bench, row.id).weight_g == 700
    assert packed_today(bench.work) == 1
    assert packing.open_parcel(bench.work, row.waybill).verdict is Verdict.ALREADY_SHIPPED


def test_a_piece_too_many_is_refused_and_counts_nothing(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    line = parcel.lines[0]
    scan(bench, parcel, line.item.code, "all", line.need)
    over = scan(bench, parcel, line.item.code, "one more")
    assert (over.verdict, over.counted) == (Verdict.OVER, 0)
    assert counted(bench, row) == line.need


def test_wrong_variant_wrong_item_and_unknown_count_nothing(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    seen = set()
    for row in printed:
        parcel = opened(bench, row)
        variant = other_sku(bench, parcel, same_product=True)
        if variant is not None:
            result = scan(bench, parcel, variant, f"v{row.id}")
            assert result.verdict is Verdict.WRONG_VARIANT
            seen.add(result.verdict)
        item = other_sku(bench, parcel, same_product=False)
        assert item is not None
        assert scan(bench, parcel, item, f"i{row.id}").verdict is Verdict.WRONG_ITEM
        assert scan(bench, parcel, "no-such-code", f"u{row.id}").verdict is Verdict.UNKNOWN
        assert counted(bench, row) == 0
    assert seen == {Verdict.WRONG_VARIANT}


def test_a_bar_code_that_two_items_share_counts_for_the_one_in_the_parcel(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    parcel = opened(bench, printed[0])
    other = other_sku(bench, parcel, same_product=False)
    with bench.work.db.write() as tx:
        for code in (parcel.lines[0].item.code, other):
            sku_id = tx.execute(select(skus.c.id).where(skus.c.code == code)).scalar_one()
            tx.execute(insert(sku_barcodes).values(barcode="SHARED", sku_id=sku_id))
    assert scan(bench, parcel, "SHARED", "a").accepted


def test_a_code_typed_in_full_width_is_the_same_code(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    parcel = opened(bench, printed[0])
    wide = "".join(chr(ord(c) + 0xFEE0) for c in parcel.lines[0].item.code)
    assert scan(bench, parcel, f" {wide}\r", "a").accepted


def test_a_scan_told_twice_counts_once_and_says_the_same(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    code = parcel.lines[0].item.code
    first, again = (scan(bench, parcel, code, "same") for _ in range(2))
    assert again.verdict is first.verdict
    assert counted(bench, row) == 1
    wrong, wrong_again = (scan(bench, parcel, "no-such-code", "bad") for _ in range(2))
    assert wrong.verdict is wrong_again.verdict is Verdict.UNKNOWN


def test_a_scan_told_by_two_threads_at_once_counts_once(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    code = parcel.lines[0].item.code
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: scan(bench, parcel, code, "same"), range(8)))
    assert counted(bench, row) == 1


def test_two_benches_never_count_more_than_the_parcel_needs(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    code = parcel.lines[0].item.code
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: scan(bench, parcel, code, f"t{n}"), range(12)))
    need = sum(line.need for line in parcel.lines if line.item.code == code)
    assert sum(r.counted for r in found) == need
    assert [r.verdict for r in found].count(Verdict.OVER) == 12 - need


def test_the_last_scan_can_be_taken_back(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    code = parcel.lines[0].item.code
    scan(bench, parcel, code, "a")
    assert packing.undo_last(bench.work, parcel).have == 0
    assert packing.undo_last(bench.work, parcel).have == 0  # nothing left to take back
    assert scan(bench, parcel, code, "b").accepted
    assert counted(bench, row) == 1


def test_nothing_is_taken_back_from_a_parcel_that_has_left(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[-1]
    parcel = opened(bench, row)
    for n, line in enumerate(parcel.lines):
        scan(bench, parcel, line.item.code, f"n{n}", line.need)
    packing.close(bench.work, parcel)
    assert packing.undo_last(bench.work, parcel).done
    assert counted(bench, row) == parcel.need


def test_a_half_packed_parcel_is_found_as_it_was_left(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    scan(bench, parcel, parcel.lines[0].item.code, "a")
    assert opened(bench, row).have == 1


def test_a_held_parcel_is_stopped_at_its_label(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    with bench.work.db.write() as tx:
        holding.hold_by_person(tx, bench.work, row.id, "dented")
    found = packing.open_parcel(bench.work, row.waybill)
    assert (found.verdict, found.hold, found.parcel) == (Verdict.HELD, HoldCode.MANUAL, None)
    assert found.reason is not None
    assert found.remedy is not None


def test_a_refund_asked_while_packing_is_learnt_at_the_next_scan(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    assert scan(bench, parcel, parcel.lines[0].item.code, "a").accepted
    seed = next(o for o in bench.scenario.orders if o.order_id == row.orders[0])
    line = seed.order["order_detail"]["product_infos"][0]
    bench.clock.advance(30)
    shop = bench.world.shops[row.shop]
    shop.open_aftersale(seed.order_id, line["product_id"], line["sku_id"], 1)
    syncing.sync_shop(bench.work, row.shop)
    stopped = scan(bench, parcel, parcel.lines[0].item.code, "b")
    assert (stopped.verdict, stopped.counted) == (Verdict.HELD, 0)
    assert counted(bench, row) == 1


def test_a_parcel_cancelled_while_packing_is_learnt_at_the_next_scan(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    parcel = opened(bench, printed[0])
    with bench.work.db.write() as tx:
        parcel_making.cancel(tx, bench.work, parcel.parcel_id, "test")
    assert scan(bench, parcel, parcel.lines[0].item.code, "a").verdict is Verdict.HELD


def test_a_parcel_shipped_elsewhere_while_packing_is_learnt_at_the_next_scan(
    bench: Bench, printed: list[ParcelRow]
) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    result = scan(bench, parcel, parcel.lines[0].item.code, "a")
    assert result.verdict is Verdict.ALREADY_SHIPPED
    assert counted(bench, row) == 0


def test_a_cancelled_label_is_stopped(bench: Bench, printed: list[ParcelRow]) -> None:
    row = printed[0]
    parcel = opened(bench, row)
    voiding.cancel_waybill(bench.work, row.waybill)
    found = packing.open_parcel(bench.work, row.waybill)
    assert (found.verdict, found.parcel) == (Verdict.HELD, None)
    assert scan(bench, parcel, parcel.lines[0].item.code, "a").verdict is Verdict.HELD


def test_a_number_nobody_knows_is_unknown(bench: Bench, printed: list[ParcelRow]) -> None:
    assert packing.open_parcel(bench.work, "SF0000000000000").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("form", ["{n}", " {n}\n", "*{n}*", "{n}/1-1/", "{wide}"])
def test_a_label_is_found_however_its_code_is_read(
    bench: Bench, printed: list[ParcelRow], form: str
) -> None:
    number = printed[0].waybill
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    found = packing.open_parcel(bench.work, form.format(n=number, wide=wide))
    assert found.verdict is Verdict.PARCEL_OPENED


@pytest.mark.parametrize(
    ("read", "number"),
    [
        ("MMM={'k1':'571W','k2':'','k5':'SF7444400012345','k7':'x'}", "SF7444400012345"),
        ("460012345678912345", "4600123456789"),
        ("sf7444400012345", "SF7444400012345"),
    ],
)
def test_what_scanners_read_from_the_carriers_codes(read: str, number: str) -> None:
    assert packing.normalise_number(read) == number


def test_every_scan_is_written_down(bench: Bench, printed: list[ParcelRow]) -> None:
    parcel = opened(bench, printed[0])
    for n, code in enumerate((parcel.lines[0].item.code, "no-such-code")):
        scan(bench, parcel, code, f"n{n}")
    with bench.work.db.read() as tx:
        rows = tx.execute(select(scans).order_by(scans.c.id)).all()
    assert [(r.nonce, r.user, r.bench) for r in rows] == [
        ("n0", "test", "A3"),
        ("n1", "test", "A3"),
    ]
    assert [r.quantity for r in rows] == [1, 0]


def test_a_parcel_put_aside_is_held_with_the_reason(bench: Bench, printed: list[ParcelRow]) -> None:
    parcel = opened(bench, printed[0])
    scan(bench, parcel, parcel.lines[0].item.code, "a")
    packing.put_aside(bench.work, parcel, "one piece broken")
    found = packing.open_parcel(bench.work, printed[0].waybill)
    assert found.hold is HoldCode.MANUAL
    assert "one piece broken" in str(found.reason)
    assert counted(bench, printed[0]) == 1
    assert integrity.check(bench.work).broken == ()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plan=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), max_size=12))
def test_whatever_is_scanned_and_undone_the_books_agree(
    bench: Bench, plan: list[tuple[int, int]]
) -> None:
    """0 takes back, 1 to 3 scan an item of the parcel (or one that is not in it)."""
    if not truth.parcels_with_number(bench):
        bench.sync()
        (first, *_) = truth.ready(bench, Route.PLATFORM, "zto")
        label_parcels(bench.work, [first.id])
    row = truth.parcels_with_number(bench)[0]
    parcel = opened(bench, row)
    while packing.undo_last(bench.work, parcel).have:
        pass
    have = 0
    for what, quantity in plan:
        if what == 0:
            now = packing.undo_last(bench.work, parcel)
        else:
            code = parcel.lines[what - 1].item.code if what <= len(parcel.lines) else "none"
            result = scan(bench, parcel, code, bench.work.key(), quantity)
            assert result.parcel is not None
            now = result.parcel
            assert now.have == have + result.counted
        have = now.have
        assert all(0 <= line.have <= line.need for line in now.lines)
        assert counted(bench, row) == have
