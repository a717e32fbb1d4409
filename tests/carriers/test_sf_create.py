"""Booking with SF: what every kind of answer proves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.domain.waybills import Issued, IssuedNumber, ProblemClass, Rejected, Unknown
from app.net.transport import Response
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

_CREATED = sample("sf_create_order.response")
_MULTI = sample("sf_create_order_multi.response")
_CASES = {case["name"]: case["body"] for case in sample("sf_create_order.errors")["cases"]}
_PLATFORM = {
    case["body"]["apiResultCode"]: case["body"] for case in sample("sf_platform_errors")["cases"]
}
_MOTHER = IssuedNumber("SF7444496931331")


@pytest.fixture
def create(transport: RecordingTransport, clock: FakeClock) -> Callable[..., Any]:
    source = make_source(SF_CONFIG, transport, clock)

    def book(*answers: Response | Exception, **changes: Any) -> Any:
        transport.will(*answers)
        return source.create(sf_booking(**changes))

    return book


def altered(change: Callable[[dict[str, Any]], None]) -> Response:
    """The captured answer with its message data changed."""
    data = json.loads(json.dumps(_CREATED["decoded_msgData"]))
    change(data)
    return business(True, "S0000", data)


def business(success: bool | None, code: str, data: Any, said: str | None = None) -> Response:
    inner = {"success": success, "errorCode": code, "errorMsg": said, "msgData": data}
    return answer(_CREATED["body"] | {"apiResultData": json.dumps(inner)})


@pytest.mark.parametrize("body", [_CREATED["body"], _CREATED["body_variant_object"]])
def test_the_captured_answer_is_a_number_with_its_route_data(
    create: Callable[..., Any], body: dict[str, Any]
) -> None:
    issued = create(answer(body))
    route = _CREATED["decoded_msgData"]["routeLabelInfo"][0]["routeLabelData"]
    assert isinstance(issued, Issued)
    assert issued.numbers == (_MOTHER,)
    assert (issued.template, issued.label, issued.warning) == ("sf", route, None)
    assert json.loads(issued.raw) == body


def test_several_boxes_come_mother_first_with_a_route_for_each(
    create: Callable[..., Any],
) -> None:
    issued = create(answer(_MULTI["body"]), box_count=3, weight_g=9000)
    routes = {
        row["routeLabelData"]["waybillNo"]: row["routeLabelData"]
        for row in _MULTI["decoded_msgData"]["routeLabelInfo"]
    }
    assert issued.numbers == (
        _MOTHER,
        IssuedNumber("SF7444500000013", "child"),
        IssuedNumber("SF7444500000022", "child"),
        IssuedNumber("SF7444500000031", "return_slip"),
    )
    assert issued.warning is None
    children = issued.label["children"]
    assert {k: v for k, v in issued.label.items() if k != "children"} == routes["SF7444496931331"]
    assert children["SF7444500000013"] == routes["SF7444500000013"]
    slip = children["SF7444500000031"]
    assert (slip["waybillNo"], slip["twoDimensionCode"], slip["checkCode"]) == (
        "SF7444500000031", "", "",
    )  # fmt: skip
    assert slip["destRouteLabel"] == "020W-F0-CK"


def test_fewer_numbers_than_boxes_are_issued_with_a_warning(create: Callable[..., Any]) -> None:
    issued = create(answer(_CREATED["body"]), box_count=2, weight_g=9000)
    assert str(issued.warning) == "SF gave 1 numbers for 2 boxes."


def test_a_replayed_first_result_is_a_number(create: Callable[..., Any]) -> None:
    assert create(answer(_CASES["replayed first result"])).number == "SF7444496931331"


def test_a_replay_that_shows_another_receiver_is_refused(create: Callable[..., Any]) -> None:
    others = [{"contactType": 2, "contact": "李**", "mobile": "139****0009"}]
    refused = create(altered(lambda data: data.update(contactInfoList=others)))
    assert isinstance(refused, Rejected)
    assert refused.problem.kind is ProblemClass.DUPLICATE


def test_a_shown_receiver_may_be_masked(create: Callable[..., Any]) -> None:
    ours = [
        {"contactType": 1, "contact": "发货部", "mobile": "13800000001"},
        {"contactType": 2, "contact": "张*", "mobile": "138****0002"},
    ]
    issued = create(altered(lambda data: data.update(contactInfoList=ours)))
    assert isinstance(issued, Issued)


def test_an_address_to_be_checked_by_hand_is_issued_with_a_warning(
    create: Callable[..., Any],
) -> None:
    issued = create(answer(_CASES["manual confirmation"]))
    assert issued.number == "SF7444496931331"
    assert str(issued.warning) == "SF will check by hand whether it delivers to this address."


def test_a_route_that_ends_at_the_city_warns(create: Callable[..., Any]) -> None:
    def to_the_city(data: dict[str, Any]) -> None:
        data["routeLabelInfo"][0]["routeLabelData"]["destRouteLabel"] = "020"

    issued = create(altered(to_the_city))
    assert "could not place the address" in str(issued.warning)


def test_a_hint_of_the_peak_season_is_handed_on(create: Callable[..., Any]) -> None:
    issued = create(altered(lambda data: data.update(remark="4：春节期间时效延长")))
    assert str(issued.warning) == "SF Express says: 春节期间时效延长"


def test_out_of_range_is_refused_even_with_a_number(create: Callable[..., Any]) -> None:
    refused = create(answer(_CASES["out of range by filter"]))
    with_number = create(altered(lambda data: data.update(filterResult="3", remark="2")))
    assert refused.problem.kind is with_number.problem.kind is ProblemClass.OUT_OF_RANGE
    assert str(refused.problem.message) == "SF does not deliver to this address."
    assert str(with_number.problem.message) == "SF does not pick up at the sender's address."


def test_success_without_a_number_is_unknown(create: Callable[..., Any]) -> None:
    assert isinstance(create(altered(lambda d: d.update(waybillNoInfoList=None))), Unknown)
    assert isinstance(create(business(True, "S0000", None)), Unknown)
    only_a_slip = [{"waybillType": 3, "waybillNo": "SF7444500000031"}]
    assert isinstance(create(altered(lambda d: d.update(waybillNoInfoList=only_a_slip))), Unknown)


def test_a_number_without_route_data_is_looked_up_and_takes_all_of_it(
    create: Callable[..., Any], transport: RecordingTransport
) -> None:
    def without_route(data: dict[str, Any]) -> None:
        data["routeLabelInfo"] = [{"code": "0001", "routeLabelData": None, "message": "x"}]

    later = altered(lambda d: d["routeLabelInfo"][0]["routeLabelData"].update(proCode="T801"))
    issued = create(altered(without_route), later)
    assert issued.label["proCode"] == "T801"
    assert issued.warning is None
    assert [s.form["serviceCode"] for s in transport.sent] == [
        "EXP_RECE_CREATE_ORDER", "EXP_RECE_SEARCH_ORDER_RESP",
    ]  # fmt: skip


@pytest.mark.parametrize("found", [no_answer(), page(502), "still"])
def test_a_number_whose_route_stays_away_must_not_be_printed(
    create: Callable[..., Any], found: Response | Exception | str
) -> None:
    def without_route(data: dict[str, Any]) -> None:
        data["routeLabelInfo"][0]["code"] = "0001"

    second = altered(without_route) if isinstance(found, str) else found
    issued = create(altered(without_route), second)
    assert issued.number == "SF7444496931331"
    assert issued.label == {"waybillNo": "SF7444496931331", "destRouteLabel": ""}
    assert "do not print" in str(issued.warning)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("A1001", ProblemClass.OTHER),
        ("A1002", ProblemClass.AUTH),
        ("A1003", ProblemClass.AUTH),
        ("A1004", ProblemClass.AUTH),
        ("A1005", ProblemClass.RATE),
        ("A1006", ProblemClass.AUTH),
        ("A1008", ProblemClass.AUTH),
        ("A1011", ProblemClass.AUTH),
    ],
)
def test_a_refusal_of_the_gateway_did_nothing(
    create: Callable[..., Any], code: str, kind: ProblemClass
) -> None:
    refused = create(answer(_PLATFORM[code]))
    assert isinstance(refused, Rejected)
    assert (refused.problem.kind, refused.problem.code) == (kind, code)
    assert refused.problem.said == _PLATFORM[code]["apiErrorMsg"]
    assert refused.problem.reference == "00019B00AAAA3FEF4C75AEBF9CAA3F00"


@pytest.mark.parametrize("code", ["A1007", "A1009", "A1099"])
def test_a_gateway_that_lost_the_business_system_leaves_it_open(
    create: Callable[..., Any], code: str
) -> None:
    assert isinstance(create(answer(_PLATFORM[code])), Unknown)


def test_a_gateway_code_never_met_leaves_it_open(create: Callable[..., Any]) -> None:
    assert isinstance(create(answer(_PLATFORM["A1009"] | {"apiResultCode": "A1077"})), Unknown)


@pytest.mark.parametrize(
    ("case", "code", "kind"),
    [
        ("no monthly agreement", "8179", ProblemClass.ACCOUNT),
        ("monthly card not usable", "8114", ProblemClass.ACCOUNT),
        ("cargo prohibited", "20035", ProblemClass.PROHIBITED),
        ("product unsuitable", "20036", ProblemClass.PRODUCT_OR_VAS),
        ("illegal json", "S0001", ProblemClass.OTHER),
    ],
)
def test_a_business_refusal_carries_code_words_and_class(
    create: Callable[..., Any], case: str, code: str, kind: ProblemClass
) -> None:
    refused = create(answer(_CASES[case]))
    said = json.loads(_CASES[case]["apiResultData"])["errorMsg"]
    assert isinstance(refused, Rejected)
    found = refused.problem
    assert (found.code, found.kind, found.said) == (code, kind, said)
    assert str(found.message)
    assert str(found.remedy)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1014", ProblemClass.FIX_ADDRESS),
        ("1016", ProblemClass.PHONE),
        ("8196", ProblemClass.PHONE),
        ("8052", ProblemClass.OUT_OF_RANGE),
        ("8177", ProblemClass.CLOSED_TEMPORARILY),
        ("8057", ProblemClass.PRODUCT_OR_VAS),
        ("6126", ProblemClass.ACCOUNT),
        ("8119", ProblemClass.ACCOUNT),
    ],
)
def test_codes_are_classed_as_the_documents_say(
    create: Callable[..., Any], code: str, kind: ProblemClass
) -> None:
    assert create(business(False, code, None, "…")).problem.kind is kind


def test_an_answer_that_does_not_say_success_is_judged_by_its_code(
    create: Callable[..., Any],
) -> None:
    data = _CREATED["decoded_msgData"]
    assert isinstance(create(business(None, "S0000", data)), Issued)
    assert isinstance(create(business(None, "8179", data)), Rejected)
    nameless = create(business(False, "", None, "天外来物"))
    assert isinstance(nameless, Rejected)
    assert nameless.problem.code == "refused"


def test_a_business_code_never_met_is_judged_by_its_words(create: Callable[..., Any]) -> None:
    assert create(business(False, "9999", None, "收方地址在盲区")).problem.kind is (
        ProblemClass.OUT_OF_RANGE
    )
    other = create(business(False, "9998", None, "天外来物")).problem
    assert other.kind is ProblemClass.OTHER
    assert str(other.message) == "SF Express refused: 天外来物"


def test_an_error_in_the_middle_of_the_business_system_leaves_it_open(
    create: Callable[..., Any],
) -> None:
    assert isinstance(create(business(False, "S0003", None, "运行时异常")), Unknown)


@pytest.mark.parametrize(
    "given",
    [
        answer({"error": "?"}),
        answer(_PLATFORM["A1009"] | {"apiResultCode": "A1000", "apiResultData": None}),
        answer(_PLATFORM["A1009"] | {"apiResultCode": "A1000", "apiResultData": '{"succ'}),
    ],
)
def test_anything_without_a_readable_result_is_unknown(
    create: Callable[..., Any], given: Response | Exception
) -> None:
    assert isinstance(create(given), Unknown)


def test_the_reason_tells_an_unreadable_answer_from_one_without_a_result(
    create: Callable[..., Any],
) -> None:
    unreadable, without = create(page(200)), create(page(502))
    assert str(unreadable.reason) == "The answer of SF Express could not be read (HTTP 200)."
    assert str(without.reason) == "SF Express answered without a result (HTTP 502)."
    assert "without a result" in str(create(answer({"error": "?"})).reason)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ProblemClass.AUTH),
        (403, ProblemClass.AUTH),
        *((status, ProblemClass.OTHER) for status in (400, 404, 405, 413, 415)),
        (302, ProblemClass.OTHER),
        (429, ProblemClass.RATE),
    ],
)
def test_turned_away_at_the_door_is_a_refusal(
    create: Callable[..., Any], status: int, kind: ProblemClass
) -> None:
    refused = create(page(status))
    assert isinstance(refused, Rejected)
    assert (refused.problem.kind, refused.problem.code) == (kind, f"HTTP {status}")


def test_a_status_from_behind_the_door_is_unknown(create: Callable[..., Any]) -> None:
    assert isinstance(create(page(408)), Unknown)
    assert isinstance(create(page(409)), Unknown)


def test_an_envelope_counts_whatever_the_status(create: Callable[..., Any]) -> None:
    assert isinstance(create(answer(_CREATED["body"], 500)), Issued)
    assert isinstance(create(answer(_PLATFORM["A1006"], 403)), Rejected)


def test_a_masked_receiver_is_refused_before_any_call(
    create: Callable[..., Any], transport: RecordingTransport
) -> None:
    receiver = sf_booking().receiver
    for masked in (
        replace(receiver, masked=True),
        replace(receiver, name="张**"),
        replace(receiver, phone="138****0002"),
        replace(receiver, address="连云路***"),
    ):
        refused = create(receiver=masked)
        assert refused.problem.kind is ProblemClass.MASKED
        assert str(refused.problem.remedy) == "Use the platform's label for this parcel."
    assert transport.sent == []
