"""Serial numbers: noted at the bench, told to the shop, and nothing goes without them unnoticed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding, queries, serials
from app.services.parcels import checking
from app.services.parcels.shipping import ship
from app.services.telling.outbox import drain
from app.simulators.seed_orders import SeedOrder
from app.store.tables import audit
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

GOOD_IMEI, OTHER_IMEI, MISTYPED_IMEI = "490154203237518", "356938035643809", "490154203237519"


@pytest.fixture
def seed(bench: Bench) -> SeedOrder:
    return bench.seed("serials")


@pytest.fixture
def parcel_id(bench: Bench, seed: SeedOrder) -> str:
    """The parcel of subsidised goods, seen by a person and labelled."""
    our_id = queries.find_order(bench.work, seed.order_id)
    assert our_id is not None
    (found,) = queries.order_rows(bench.work, [our_id])[0].parcels
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, found)
    checking.recheck(bench.work)
    assert [r.result for r in label_parcels(bench.work, [found])] == ["issued"]
    return found


def test_a_parcel_that_wants_one_does_not_ship_without(
    bench: Bench, seed: SeedOrder, parcel_id: str
) -> None:
    (refused,) = ship(bench.work, parcel_ids=[parcel_id], unpacked=True)
    assert (refused.result, refused.code) == ("failed", "serial_missing")
    assert truth.parcel(bench, parcel_id).state == ParcelState.TO_LABEL
    assert truth.messages(bench) == []


def test_the_numbers_travel_with_the_report(bench: Bench, seed: SeedOrder, parcel_id: str) -> None:
    noted = serials.record(bench.work, parcel_id, "SN-2046 7", f" {GOOD_IMEI}", OTHER_IMEI)
    assert noted == serials.SerialsRow(parcel_id, "SN-20467", GOOD_IMEI, OTHER_IMEI)
    assert [r.result for r in ship(bench.work, parcel_ids=[parcel_id], unpacked=True)] == [
        "shipped"
    ]
    assert [r.result for r in drain(bench.work)] == ["done"]
    (sent,) = truth.shipments(bench, seed.order_id)
    assert sent.serials == ("SN-20467", GOOD_IMEI, OTHER_IMEI)
    with pytest.raises(UserError) as gone:
        serials.record(bench.work, parcel_id, "SN-20468")
    assert gone.value.code == "already_shipped"


def test_a_person_may_let_it_go_without_and_says_why(
    bench: Bench, seed: SeedOrder, parcel_id: str
) -> None:
    with pytest.raises(UserError) as refused:
        serials.go_without(bench.work, parcel_id, " ")
    assert refused.value.code == "no_reason"
    serials.go_without(bench.work, parcel_id, "the goods have none")
    bench.world.shops[seed.shop].quirks.serials_needed = False
    assert [r.result for r in ship(bench.work, parcel_ids=[parcel_id], unpacked=True)] == [
        "shipped"
    ]
    assert [r.result for r in drain(bench.work)] == ["done"]
    (sent,) = truth.shipments(bench, seed.order_id)
    assert sent.serials == ("", "", "")
    kept = serials.of_parcel(bench.work, parcel_id)
    assert kept is not None
    assert kept.without == "the goods have none"
    with bench.work.db.read() as tx:
        actions = tx.execute(select(audit.c.action).where(audit.c.parcel_id == parcel_id))
        assert "serials_without" in set(actions.scalars())


def test_a_mistyped_imei_is_kept_with_a_warning(bench: Bench, parcel_id: str) -> None:
    noted = serials.record(bench.work, parcel_id, "SN-20467", MISTYPED_IMEI)
    (warning,) = noted.warnings
    assert MISTYPED_IMEI in str(warning)
    assert serials.record(bench.work, parcel_id, "SN-20467", GOOD_IMEI, GOOD_IMEI).imei2 == ""


@pytest.mark.parametrize("imei", ["12345", "49015420323751X", "4901542032375180"])
def test_what_is_no_imei_is_refused(bench: Bench, parcel_id: str, imei: str) -> None:
    with pytest.raises(UserError) as refused:
        serials.record(bench.work, parcel_id, "SN-20467", imei)
    assert refused.value.code == "bad_imei"
    assert serials.of_parcel(bench.work, parcel_id) is None


@pytest.mark.parametrize("serial", ["", "SN1", "序列号12345", "SN-" + "0" * 80])
def test_what_is_no_serial_number_is_refused(bench: Bench, parcel_id: str, serial: str) -> None:
    with pytest.raises(UserError) as refused:
        serials.record(bench.work, parcel_id, serial)
    assert refused.value.code == "bad_serial"


def test_an_unknown_parcel_is_named(bench: Bench) -> None:
    with pytest.raises(UserError) as refused:
        serials.record(bench.work, "1", "SN-20467")
    assert refused.value.code == "no_such_parcel"


@pytest.mark.parametrize(
    ("digits", "right"), [(GOOD_IMEI, True), (OTHER_IMEI, True), (MISTYPED_IMEI, False)]
)
def test_check_digits(digits: str, right: bool) -> None:
    assert serials.luhn(digits) is right
