"""Picked goods leave their bins for the packers, and go back there when the parcel does not."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import BinKind, ParcelState, Route, SerialState
from app.services.numbers.labelling import label_wave
from app.services.orders import serials as noted
from app.services.parcels import merging, parcel_making, unshipping
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_wave
from app.services.stock import bins, fetching, receiving, stock, transferring
from app.services.stock.spots import PICKED
from app.services.waves import picking
from app.store.tables import parcels, skus, stock_moves
from tests.services import truth
from tests.services.stock.shelf import books_are_true, lies, numbers
from tests.support.buying import Buyer
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

CUP = "CJ-LN3"


@pytest.fixture
def buyer(bench: Bench) -> Buyer:
    return Buyer(bench)


def empty(bench: Bench, code: str = CUP) -> None:
    """Nothing of it lies anywhere."""
    for row in bins.of_sku(bench.work, code):
        stock.adjust(bench.work, code, -row.quantity, "lost")
    assert lies(bench, code) == {}


def printed(bench: Bench, *parcel_ids: str) -> str:
    """A wave of these parcels whose labels are out."""
    wave = bench.wave(only=list(parcel_ids))
    assert {r.result for r in label_wave(bench.work, wave)} == {"issued"}
    work, _ = with_fake_printers(bench.work)
    print_wave(work, wave)
    return wave


def bought(buyer: Buyer, pieces: int) -> str:
    (parcel,) = buyer.parcels(buyer.buy((CUP, pieces)))
    return parcel.id


def state(bench: Bench, parcel_id: str) -> str:
    return truth.parcel(bench, parcel_id).state


def rows(bench: Bench, wave: str) -> list[tuple[str, str, int, tuple[str, ...], str]]:
    return [
        (r.bin, r.batch, r.quantity, r.slots, r.refill)
        for r in picking.pick_list(bench.work, wave).rows
    ]


def test_a_wave_is_picked_first_expired_first_and_shipped_from_there(
    bench: Bench, buyer: Buyer
) -> None:
    work = bench.work
    empty(bench)
    for name, batch, day in (("A", "LATE", "2029-01-01"), ("B", "SOON", "2028-01-01")):
        receiving.receive(work, CUP, 3, bin_name=name, batch=batch, expires_on=day)
    receiving.receive(work, CUP, 3, bin_name="C", batch="OLD", expires_on="2020-01-01")
    one, two = bought(buyer, 2), bought(buyer, 2)
    wave = printed(bench, one, two)
    plan = [("A", "LATE", 1, ("2 ×1",), ""), ("B", "SOON", 3, ("1 ×2", "2 ×1"), "")]
    assert rows(bench, wave) == plan
    assert picking.mark_picked(work, wave) == 2
    assert lies(bench, CUP) == {
        ("A", "LATE"): 2,
        ("C", "OLD"): 3,
        (PICKED, "LATE"): 1,
        (PICKED, "SOON"): 3,
    }
    assert rows(bench, wave) == plan  # the list still says where they came from
    books_are_true(bench)
    assert [r.result for r in ship(work, parcel_ids=[two], unpacked=True)] == ["shipped"]
    assert lies(bench, CUP) == {("A", "LATE"): 2, ("C", "OLD"): 3, (PICKED, "SOON"): 2}
    books_are_true(bench)


def test_what_a_cancelled_parcel_had_goes_back_to_its_bins(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    empty(bench)
    receiving.receive(work, CUP, 1, bin_name="A")
    receiving.receive(work, CUP, 3, bin_name="B")
    parcel_id = bought(buyer, 3)
    picking.mark_picked(work, printed(bench, parcel_id))
    assert lies(bench, CUP) == {(PICKED, ""): 3, ("B", ""): 1}
    with work.db.write() as tx:
        parcel_making.cancel(tx, work, parcel_id, "refunded")
    assert lies(bench, CUP) == {("A", ""): 1, ("B", ""): 3}
    books_are_true(bench)


def test_a_person_puts_it_back_and_it_is_picked_again(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    parcel_id = bought(buyer, 2)
    before = lies(bench, CUP)
    wave = printed(bench, parcel_id)
    for _ in range(2):
        picking.mark_picked(work, wave)
        assert lies(bench, CUP)[PICKED, ""] == 2
        assert fetching.put_back(work, parcel_id) == 2
        assert (lies(bench, CUP), state(bench, parcel_id)) == (before, ParcelState.TO_PICK)
    with pytest.raises(UserError) as refused:
        fetching.put_back(work, parcel_id)
    assert refused.value.code == "nothing_fetched"


def test_a_box_taken_back_has_its_goods_with_the_packers_again(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    empty(bench)
    receiving.receive(work, CUP, 1, bin_name="A", batch="L1")
    receiving.receive(work, CUP, 2, bin_name="B", batch="L2")
    picked, straight = bought(buyer, 2), bought(buyer, 1)
    picking.mark_picked(work, printed(bench, picked))
    wave = printed(bench, straight)
    assert label_wave(work, wave)
    before = lies(bench, CUP)
    for _ in range(2):
        assert all(r.ok for r in ship(work, parcel_ids=[picked, straight], unpacked=True))
        assert lies(bench, CUP) == {}
        for parcel_id in (picked, straight):
            unshipping.unship(work, parcel_id, "wrong box")
        assert lies(bench, CUP) == before
        books_are_true(bench)


def test_two_waves_do_not_count_on_the_same_pieces(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    empty(bench)
    receiving.receive(work, CUP, 2, bin_name="A")
    receiving.receive(work, CUP, 5, bin_name="B")
    first, second = printed(bench, bought(buyer, 2)), printed(bench, bought(buyer, 2))
    assert [r[0] for r in rows(bench, first)] == ["A"]
    assert [r[0] for r in rows(bench, second)] == ["B"]
    picking.mark_picked(work, second)
    assert lies(bench, CUP) == {("A", ""): 2, ("B", ""): 3, (PICKED, ""): 2}
    picking.mark_picked(work, first)
    assert lies(bench, CUP) == {("B", ""): 3, (PICKED, ""): 4}


def test_a_reserve_bin_refills_the_pick_bin(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    empty(bench)
    bins.add(work, "A-RES", BinKind.RESERVE)
    receiving.receive(work, CUP, 9, bin_name="A-RES")
    receiving.receive(work, CUP, 1, bin_name="Z-1")
    with work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.code == CUP).values(bin="Z-1"))
    wave = printed(bench, bought(buyer, 3))
    assert rows(bench, wave) == [
        ("Z-1", "", 1, ("1 ×1",), ""),
        ("Z-1", "", 2, ("1 ×2",), "A-RES"),
    ]
    transferring.transfer(work, CUP, 4, from_bin="A-RES", to_bin="Z-1")
    assert rows(bench, wave) == [("Z-1", "", 3, ("1 ×3",), "")]


def test_goods_of_a_merged_parcel_follow_their_line(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    draft = buyer.draft((CUP, 1))
    one = buyer.parcels(buyer.buy(draft=draft))[0].id
    two = buyer.parcels(buyer.buy(draft=buyer.draft((CUP, 2), like=draft)))[0].id
    with work.db.write() as tx:  # as if both had been picked before anybody saw that they go along
        fetching.fetch(tx, work, fetching.wanted(tx, [one, two]))
    merging.merge(work, [one, two])
    with work.db.read() as tx:
        kept = {
            r.parcel_id for r in tx.execute(select(stock_moves).where(stock_moves.c.bin == PICKED))
        }
        live = tx.execute(
            select(parcels.c.id).where(
                parcels.c.id.in_([one, two]), parcels.c.state != ParcelState.CANCELLED
            )
        ).scalar_one()
        sku_id = stock.find_sku(tx, CUP)
        held = fetching.origins(tx, [live])[live, sku_id]
    assert kept == {one, two}
    assert sum(held.values()) == 3
    assert lies(bench, CUP)[PICKED, ""] == 3
    books_are_true(bench)


def test_a_number_goes_with_its_parcel_and_comes_back(bench: Bench, buyer: Buyer) -> None:
    work = bench.work
    empty(bench)
    receiving.receive(work, CUP, 2, bin_name="A", numbers=["SN-001", "SN-002"])
    parcel_id = bought(buyer, 1)
    printed(bench, parcel_id)
    noted.record(work, parcel_id, "SN-002")
    ship(work, parcel_ids=[parcel_id], unpacked=True)
    assert numbers(bench, CUP, SerialState.OUT) == {"SN-002"}
    unshipping.unship(work, parcel_id, "wrong box")
    assert numbers(bench, CUP, SerialState.IN) == {"SN-001", "SN-002"}
    books_are_true(bench)


@pytest.mark.synced
def test_every_parcel_of_a_real_wave_ships_what_was_fetched_for_it(bench: Bench) -> None:
    ids = [r.id for c in ("sf", "zto", "yunda") for r in truth.ready(bench, Route.DIRECT, c)]
    wave = printed(bench, *ids)
    before = sum(r.quantity for r in picking.pick_list(bench.work, wave).rows)
    picking.mark_picked(bench.work, wave)
    fetched = sum(b.quantity for s in codes(bench) for b in at_packers(bench, s))
    assert fetched == before
    assert all(r.ok for r in ship(bench.work, parcel_ids=ids, unpacked=True))
    assert [b for s in codes(bench) for b in at_packers(bench, s)] == []
    books_are_true(bench)


def codes(bench: Bench) -> list[str]:
    return [r.sku for r in stock.list_stock(bench.work)]


def at_packers(bench: Bench, code: str) -> list[bins.SpotRow]:
    return [r for r in bins.of_sku(bench.work, code) if r.bin == PICKED]
