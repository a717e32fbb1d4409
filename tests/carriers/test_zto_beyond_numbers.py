"""ZTO beyond a number, over real HTTP: binding, balance, stopped regions, prices, digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.zto import wire
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.source import ZtoSource
from app.domain.errors import UserError
from app.domain.reach import StoppedRegion
from app.domain.waybills import Issued, ProblemClass, Rejected, Unknown, VoidResult
from app.net.transport import HttpxTransport
from app.ports import Capability
from app.ports.carriers import has
from app.simulators.zto import (
    ForbiddenRegion,
    RegionShape,
    ZtoAccount,
    ZtoAlgorithm,
    ZtoQuirks,
    ZtoSimulator,
    ZtoWaybillAccount,
)
from app.simulators.zto.records import APIS
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import ZTO_CONFIG, sample, zto_booking
from tests.carriers.station import Station
from tests.support.clock import FakeClock

_GROUP: dict[str, Any] = {"partner_type": "1", "customer_id": "GPG1576724269", "account_id": ""}


class ZtoStation(Station):
    zto = ZtoSimulator()

    def open(
        self,
        quirks: ZtoQuirks | None = None,
        account: ZtoAccount | None = None,
        forbidden: tuple[ForbiddenRegion, ...] = (),
        **config: Any,
    ) -> ZtoSource:
        self.zto = ZtoSimulator(
            [account or ZtoAccount()], quirks=quirks, forbidden=forbidden, clock=self.now_s
        )
        keys = ZTO_CONFIG | {"base_url": self.serve(self.zto), "timeout_s": 5} | config
        return ZtoSource(read_account(ZtoSettings, keys), self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[ZtoStation]:
    station = ZtoStation(http, clock)
    yield station
    station.close()


def recorded(clock: FakeClock, *answers: Any, **config: Any) -> tuple[ZtoSource, Any]:
    transport = RecordingTransport().will(*answers)
    return ZtoSource(read_account(ZtoSettings, ZTO_CONFIG | config), transport, clock), transport


def success(result: Any) -> Any:
    return answer({"result": result, "message": "", "statusCode": "SYS000", "status": True})


# --- digests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("signs_time", [False, True])
@pytest.mark.parametrize("algorithm", list(ZtoAlgorithm))
def test_every_digest_passes_with_and_without_a_signed_time(
    station: ZtoStation, algorithm: ZtoAlgorithm, signs_time: bool
) -> None:
    account = ZtoAccount(algorithm=algorithm, hmac_key="FAKEsecretKey", signs_time=signs_time)
    source = station.open(
        account=account,
        signature=algorithm.removesuffix("_base64"),
        hmac_key="FAKEsecretKey",
        sign_timestamp=signs_time,
    )
    assert isinstance(source.create(zto_booking(remark="~ * 轻放 😀")), Issued)


def test_a_signed_time_that_was_not_asked_for_is_named(station: ZtoStation) -> None:
    refused = station.open(sign_timestamp=True).create(zto_booking())
    assert isinstance(refused, Rejected)
    assert (refused.problem.code, refused.problem.kind) == ("S214", ProblemClass.AUTH)
    assert "sign_timestamp" in str(refused.problem.remedy)


def test_an_api_that_is_not_bound_to_the_app_is_named(station: ZtoStation) -> None:
    source = station.open(account=ZtoAccount(bound_apis=APIS - {wire.STOPPED}))
    problem = source.stopped_regions().problem
    assert problem is not None
    assert (problem.code, problem.kind) == ("S210", ProblemClass.AUTH)


_UNCLEAR = {"S200", "S202"}


@pytest.mark.parametrize(
    "refusal", [c["body"] for c in sample("zto_errors")["cases"]], ids=lambda b: b["statusCode"]
)
def test_every_code_of_the_gateway_comes_with_http_200(
    station: ZtoStation, refusal: dict[str, Any]
) -> None:
    source = station.open()
    station.server.faults.answer_json(f"/{wire.CREATE}", refusal)
    outcome = source.create(zto_booking())
    if refusal["statusCode"] in _UNCLEAR:
        assert isinstance(outcome, Unknown)
    else:
        assert isinstance(outcome, Rejected)
        assert outcome.problem.code == refusal["statusCode"]
        assert str(outcome.problem.remedy)
    station.server.faults.answer_json(f"/{wire.BALANCE}", refusal)
    assert source.numbers_left().problem is not None
    assert station.server.journal.count() == 2


# --- what an order type means ------------------------------------------------------------------


def test_appointments_without_a_number_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(UserError) as caught:
        read_account(ZtoSettings, ZTO_CONFIG | {"order_type": "3"})
    assert "courier" in str(caught.value.remedy)


def test_a_group_customer_has_no_xinglian_orders() -> None:
    with pytest.raises(UserError) as caught:
        read_account(ZtoSettings, ZTO_CONFIG | _GROUP | {"order_type": "4"})
    assert "1 or 2" in str(caught.value.remedy)


@pytest.mark.parametrize(("order_type", "cancels"), [("1", False), ("2", True)])
def test_a_group_customers_appointments_can_be_cancelled(
    station: ZtoStation, order_type: str, cancels: bool
) -> None:
    source = station.open(**_GROUP, order_type=order_type)
    issued = source.create(zto_booking())
    assert isinstance(issued, Issued)
    voided = source.void(zto_booking(), issued.number, issued.carrier_order).result
    assert voided is (VoidResult.VOIDED if cancels else VoidResult.EXPIRES_BY_ITSELF)
    assert (Capability.CANCEL in source.capabilities) is cancels
    assert not source.capabilities & {Capability.BALANCE, Capability.BIND}
    assert source.numbers_left().left is None


def test_an_unused_number_ends_by_itself(station: ZtoStation) -> None:
    agreed = station.open().create(zto_booking())
    assert isinstance(agreed, Issued)
    assert agreed.expires_at == station.clock.now() + timedelta(days=60)
    sooner = station.open(recycle_days=30).create(zto_booking())
    assert isinstance(sooner, Issued)
    assert sooner.expires_at == station.clock.now() + timedelta(days=30)
    appointment = station.open(order_type="2").create(zto_booking())
    assert isinstance(appointment, Issued)
    assert appointment.expires_at is None


# --- binding and balance -----------------------------------------------------------------------


def unbound() -> ZtoAccount:
    return ZtoAccount(
        waybill_accounts=(ZtoWaybillAccount(is_bound=False),),
        other_sites={"02101": "上海徐汇", "02102": "上海徐汇二部"},
    )


@pytest.mark.parametrize("config", [{"site_code": "02101"}, {"site_name": "上海徐汇"}])
def test_an_account_is_bound_by_the_code_or_the_name_of_its_site(
    station: ZtoStation, config: dict[str, Any]
) -> None:
    source = station.open(account=unbound(), **config)
    refused = source.create(zto_booking())
    assert isinstance(refused, Rejected)
    assert refused.problem.kind is ProblemClass.ACCOUNT
    assert source.bind().ok
    assert station.zto.is_bound("test")
    assert isinstance(source.create(zto_booking(key="2")), Issued)
    assert source.bind().ok


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        ({}, "site_name"),
        ({"site_name": "徐汇"}, "site_code"),
        ({"site_name": "无此网点"}, "Correct what"),
        ({"site_code": "99999"}, "Correct what"),
        ({"site_code": "02101", "account_password": "WRONG"}, ""),
    ],
)
def test_what_cannot_be_bound_says_why(
    station: ZtoStation, config: dict[str, Any], hint: str
) -> None:
    health = station.open(account=unbound(), **config).bind()
    assert not health.ok
    assert hint in str(health.remedy)
    assert not station.zto.is_bound("test")


def test_an_account_that_was_bound_before_counts_as_bound(clock: FakeClock) -> None:
    said = {"result": None, "message": "该账号已绑定", "statusCode": "9", "status": False}
    source, transport = recorded(clock, answer(said), site_code="02100")
    assert source.bind().ok
    assert transport.last.json == {
        "eaccount": "test",
        "eaccountPwd": "ZTO123",
        "siteCode": "02100",
    }


@pytest.mark.parametrize("given", [page(502), no_answer()])
def test_a_lost_binding_is_not_called_bound(clock: FakeClock, given: Any) -> None:
    source, _ = recorded(clock, given, site_code="02100")
    assert not source.bind().ok


def test_the_numbers_left_are_counted(station: ZtoStation) -> None:
    source = station.open(account=ZtoAccount(waybill_accounts=(ZtoWaybillAccount(numbers_left=3),)))
    assert source.numbers_left().left == 3
    assert isinstance(source.create(zto_booking()), Issued)
    assert source.numbers_left().left == 2
    wrong = station.open(app_secret="WRONG").numbers_left()
    assert wrong.left is None
    assert wrong.problem is not None
    assert wrong.problem.kind is ProblemClass.AUTH


def test_the_sample_balance_is_what_is_available(clock: FakeClock) -> None:
    source, _ = recorded(clock, answer(sample("zto_balance")["response"]), success("text"))
    assert source.numbers_left().left == 873
    assert source.numbers_left().left is None


# --- stopped regions ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [s for s in RegionShape if s is not RegionShape.MAP])
def test_stopped_regions_are_read_in_every_shape(station: ZtoStation, shape: RegionShape) -> None:
    source = station.open(
        ZtoQuirks(region_shape=shape),
        forbidden=(
            ForbiddenRegion("新疆维吾尔自治区", reason="异常天气"),
            ForbiddenRegion("海南省", "三沙市", reason="停发"),
            ForbiddenRegion("上海市", "上海市", "崇明区"),
        ),
    )
    listed = source.stopped_regions()
    assert listed.problem is None
    assert [(r.province, r.city, r.district) for r in listed.regions] == [
        ("新疆维吾尔自治区", "", ""),
        ("海南省", "三沙市", ""),
        ("上海市", "上海市", "崇明区"),
    ]


@pytest.mark.parametrize("shape", [RegionShape.ROWS, RegionShape.NAMED])
def test_a_stop_ends_by_itself(station: ZtoStation, shape: RegionShape) -> None:
    ends = station.clock.now() + timedelta(hours=2)
    stop = ForbiddenRegion("上海", "上海市", until_s=ends.timestamp())
    source = station.open(ZtoQuirks(region_shape=shape), forbidden=(stop,))
    assert source.stopped_regions().regions == (StoppedRegion("上海", "上海市", until=ends),)
    assert isinstance(source.create(zto_booking()), Rejected)
    station.clock.advance(hours=3)
    assert source.stopped_regions().regions == ()
    assert isinstance(source.create(zto_booking(key="2")), Issued)


def test_a_list_as_a_text_is_read(station: ZtoStation) -> None:
    stop = ForbiddenRegion("海南省", "三沙市")
    source = station.open(ZtoQuirks(region_shape=RegionShape.MAP), forbidden=(stop,))
    assert source.stopped_regions().regions == (StoppedRegion("海南省", "三沙市"),)


@pytest.mark.parametrize("given", [page(502), page(403), no_answer()])
def test_a_list_that_does_not_come_says_why(clock: FakeClock, given: Any) -> None:
    source, _ = recorded(clock, given)
    listed = source.stopped_regions()
    assert listed.regions == ()
    assert listed.problem is not None


# --- prices ------------------------------------------------------------------------------------


def test_a_price_and_a_time_come_before_the_number(station: ZtoStation) -> None:
    source = station.open()
    light = source.quote(zto_booking(weight_g=900))
    heavy = source.quote(zto_booking(weight_g=4200))
    [first], [second] = light.quotes, heavy.quotes
    assert first.fee_fen is not None
    assert second.fee_fen == first.fee_fen + 4 * 200
    assert first.arrives_by is not None
    assert first.arrives_by > station.clock.now()
    assert station.zto.orders == []


def test_the_unit_of_the_weight_is_the_accounts(clock: FakeClock) -> None:
    in_kg, sent = recorded(clock, success({"price": 8}))
    in_kg.quote(zto_booking(weight_g=1500))
    assert sent.last.json["weight"] == 1.5
    in_g, sent = recorded(clock, success({"price": 8}), quote_weight_unit="g")
    in_g.quote(zto_booking(weight_g=1500))
    assert sent.last.json["weight"] == 1500


@pytest.mark.parametrize(
    ("result", "fee_fen"),
    [
        ({"price": 12.5}, 1250),
        ({"price": "12.55"}, 1255),
        ({"firstWeightPrice": "8元"}, 800),
        ({"list": [{"productName": "标快", "totalPrice": 15}]}, 1500),
        ([{"fee": 0}], 0),
    ],
)
def test_prices_are_yuan_in_several_names(clock: FakeClock, result: Any, fee_fen: int) -> None:
    source, _ = recorded(clock, success(result))
    [quote] = source.quote(zto_booking(weight_g=1000)).quotes
    assert quote.fee_fen == fee_fen


def test_the_price_of_the_first_kilogram_is_not_a_heavy_parcels_price(clock: FakeClock) -> None:
    source, _ = recorded(clock, success({"firstWeightPrice": 8}), success({"hour": 30}))
    assert source.quote(zto_booking(weight_g=1001)).problem is not None
    [late] = source.quote(zto_booking(weight_g=1001)).quotes
    assert late.fee_fen is None
    assert late.arrives_by == clock.now() + timedelta(hours=30)


@pytest.mark.parametrize("given", [success(None), success({"price": "面议"}), page(502)])
def test_no_price_says_why(clock: FakeClock, given: Any) -> None:
    source, _ = recorded(clock, given)
    quotes = source.quote(zto_booking())
    assert quotes.quotes == ()
    assert quotes.problem is not None


# --- units -------------------------------------------------------------------------------------


def test_one_request_mixes_fen_yuan_grams_and_centimetres(clock: FakeClock) -> None:
    created = sample("zto_create_order.response")["body"]
    source, transport = recorded(
        clock, answer(created), cod_account="A1", box_size_mm=[305, 200, 125]
    )
    source.create(zto_booking(cod_fen=29950, insured_fen=100000))
    body = transport.last.json
    amounts_in_fen = {s["vasType"]: s["vasAmount"] for s in body["orderVasList"]}
    assert amounts_in_fen == {"COD": 29950, "insured": 100000}
    price_in_yuan, unit_price_in_yuan = body["summaryInfo"]["price"], body["orderItems"][0]
    assert price_in_yuan == 387
    assert unit_price_in_yuan["unitprice"] == 129
    weight_in_grams, size_in_centimetres = unit_price_in_yuan["weight"], body["summaryInfo"]["size"]
    assert weight_in_grams == 500
    assert size_in_centimetres == "30.5,20,12.5"


# --- parts -------------------------------------------------------------------------------------


def test_the_account_has_every_part_it_names(clock: FakeClock) -> None:
    source, _ = recorded(clock)
    promised: Mapping[Capability, bool] = {c: has(source, c) for c in source.capabilities}
    assert all(promised.values())
    assert {Capability.BIND, Capability.STOPPED_REGIONS, Capability.QUOTE} <= source.capabilities
    assert {Capability.BALANCE, Capability.LABEL_DATA} <= source.capabilities
