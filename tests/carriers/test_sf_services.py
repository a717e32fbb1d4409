"""SF beyond numbers: what leaves, byte for byte as documented, and what recorded answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import SfSource
from app.domain.address import Address
from app.domain.errors import UserError
from app.domain.reach import ReachVerdict
from app.domain.waybills import Booking, Problem, ProblemClass
from app.net.transport import Response
from app.ports import LabelFile, LabelPage
from tests.carriers.recording import RecordingTransport, answer, page
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

_FILTER = sample("sf_filter_order")
_QUOTE = sample("sf_deliver_tm")
_PRINT = sample("sf_cloud_print")
_NUMBER = "SF7444703608745"
_PDF = b"%PDF-1.4\n...\n%%EOF\n"


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> SfSource:
    return SfSource(read_account(SfSettings, SF_CONFIG), transport, clock)


def message(transport: RecordingTransport, at: int = -1) -> Any:
    return json.loads(transport.sent[at].form["msgData"])


def business(data: Any, **changes: Any) -> Response:
    inner = {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": data} | changes
    return answer(_FILTER["response"] | {"apiResultData": json.dumps(inner)})


# reach


def test_the_reach_question_is_an_array_as_documented(
    source: SfSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_FILTER["response"]))
    assert source.reach(sf_booking()).verdict is ReachVerdict.REACHED
    assert transport.last.form["serviceCode"] == _FILTER["form"]["serviceCode"]
    assert transport.last.form["msgData"] == _FILTER["form"]["msgData"]


def test_a_recorded_refusal_of_an_address(source: SfSource, transport: RecordingTransport) -> None:
    transport.will(answer(_FILTER["response_refused"]))
    refused = source.reach(sf_booking())
    assert (refused.verdict, refused.code) == (ReachVerdict.REFUSED, "filterResult 3")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"filterResult": "2"}, ReachVerdict.REACHED),
        ({"filterResult": 1}, ReachVerdict.DOUBTFUL),
        ({"filterResult": "4", "remark": "地址不详"}, ReachVerdict.DOUBTFUL),
        ({"filterResult": None}, ReachVerdict.UNKNOWN),
        ({"filterResult": 9}, ReachVerdict.UNKNOWN),
        ({}, ReachVerdict.UNKNOWN),
        ([], ReachVerdict.UNKNOWN),
        (None, ReachVerdict.UNKNOWN),
        ("", ReachVerdict.UNKNOWN),
    ],
)
def test_every_shape_of_an_address_answer_says_something(
    source: SfSource, transport: RecordingTransport, row: Any, verdict: ReachVerdict
) -> None:
    transport.will(business(row))
    assert source.reach(sf_booking()).verdict is verdict


def test_a_refusal_by_code_says_whether_the_place_is_meant(
    source: SfSource, transport: RecordingTransport
) -> None:
    transport.will(business(None, success=False, errorCode="8052"))
    assert source.reach(sf_booking()).verdict is ReachVerdict.REFUSED
    transport.will(business(None, success=False, errorCode="1014"))
    assert source.reach(sf_booking()).verdict is ReachVerdict.UNKNOWN


# price


def guangzhou() -> Booking:
    place: dict[str, Any] = {"province": "广东省", "city": "广州市"}
    return sf_booking(
        weight_g=1000,
        sender=Address(
            name="发货部",
            phone="13800000001",
            district="海珠区",
            street="琶洲街道",
            address="琶洲蟠龙新街2号",
            **place,
        ),
        receiver=Address(
            name="张三",
            phone="13800000002",
            district="越秀区",
            street="北京街道",
            address="西湖路38号",
            **place,
        ),
    )


def test_the_price_question_as_documented(source: SfSource, transport: RecordingTransport) -> None:
    transport.will(answer(_QUOTE["response"]))
    (quote,) = source.quote(guangzhou()).quotes
    sent = message(transport)
    assert sent.pop("consignedTime") == "2026-11-20 10:00:00"
    assert sent == {k: v for k, v in _QUOTE["msgData"].items() if k != "consignedTime"}
    assert (quote.fee_fen, quote.product_name) == (1800, "顺丰标快")
    assert quote.arrives_by is not None
    assert quote.arrives_by.isoformat() == "2026-01-03T10:00:00+00:00"


@pytest.mark.parametrize(
    ("row", "fee"),
    [({"fee": "18.5"}, 1850), ({"fee": 0.29}, 29), ({"fee": None}, None), ({"fee": "?"}, None)],
)
def test_a_fee_is_read_to_the_fen_or_not_at_all(
    source: SfSource, transport: RecordingTransport, row: Any, fee: int | None
) -> None:
    transport.will(business({"deliverTmDto": [row]}))
    (quote,) = source.quote(sf_booking()).quotes
    assert (quote.fee_fen, quote.arrives_by) == (fee, None)


# bills


def test_a_bill_is_the_sum_of_its_fees(source: SfSource, transport: RecordingTransport) -> None:
    fees = [{"value": 18}, {"value": "1.5"}, {"value": -2}, {"value": None}, {"name": "?"}]
    info = {"waybillNo": _NUMBER, "meterageWeightQty": 1.25, "realWeightQty": 1.1}
    transport.will(business({"waybillInfo": info, "waybillFeeList": fees}))
    (billed,) = source.billed([_NUMBER])
    assert (billed.fee_fen, billed.weight_g) == (1750, 1250)
    assert message(transport) == {"trackingType": "2", "trackingNum": _NUMBER}


@pytest.mark.parametrize("data", [None, {}, [], {"waybillFeeList": None}, "x"])
def test_an_empty_bill_leaves_both_open(
    source: SfSource, transport: RecordingTransport, data: Any
) -> None:
    transport.will(business(data))
    (billed,) = source.billed([_NUMBER])
    assert (billed.fee_fen, billed.weight_g) == (None, None)


def test_the_bill_of_another_number_is_not_taken(
    source: SfSource, transport: RecordingTransport
) -> None:
    transport.will(
        business({"waybillInfo": {"waybillNo": "SF1"}, "waybillFeeList": [{"value": 9}]})
    )
    (billed,) = source.billed([_NUMBER])
    assert billed.fee_fen is None
    assert billed.problem is not None
    assert "bill_tracking_type" in str(billed.problem.remedy)


# SF's own labels


def print_label(source: SfSource, **facts: Any) -> LabelFile | Problem:
    return source.label_file(sf_booking(), LabelPage(_NUMBER, **facts))


def test_the_recorded_label_is_asked_for_and_opened_with_its_token(
    source: SfSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_PRINT["response"]), Response(200, {}, _PDF))
    found = print_label(source)
    assert isinstance(found, LabelFile)
    assert found.content == _PDF
    asked, fetched = transport.sent
    wanted = {k: v for k, v in _PRINT["msgData"].items() if k != "documents"}
    assert message(transport, 0) == wanted | {"documents": [{"masterWaybillNo": _NUMBER}]}
    assert asked.form["serviceCode"] == "COM_RECE_CLOUD_PRINT_WAYBILLS"
    (file,) = json.loads(_PRINT["response"]["apiResultData"])["obj"]["files"]
    assert (fetched.method, fetched.url, fetched.body) == ("GET", file["url"], b"")
    assert fetched.headers == {"X-Auth-token": file["token"]}


def test_children_and_slips_are_named_as_documented(
    source: SfSource, transport: RecordingTransport
) -> None:
    mother = "SF7444496931331"
    pages = [
        LabelPage(mother, mother=mother, box_no=1, box_count=3),
        LabelPage("SF7444500000013", mother=mother, kind="child", box_no=2, box_count=3),
        LabelPage("SF7444500000022", mother=mother, kind="child", box_no=3, box_count=3),
        LabelPage("SF7444500000031", mother=mother, kind="return_slip"),
    ]
    sent = []
    for wanted in pages:
        transport.will(page(502))
        source.label_file(sf_booking(), wanted)
        sent += message(transport)["documents"]
    assert sent == _PRINT["documents_for_children"]["documents"]


def test_a_template_of_another_app_is_a_question_of_the_contract(
    source: SfSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_PRINT["response_template_mismatch"]))
    problem = print_label(source)
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemClass.PRODUCT_OR_VAS
    assert "OTHER" in problem.said


@pytest.mark.parametrize(
    "files",
    [
        None,
        [],
        [{"waybillNo": _NUMBER, "token": "t", "url": ""}],
        [{"waybillNo": _NUMBER, "token": "", "url": "https://files.example/a.pdf"}],
        [{"waybillNo": _NUMBER, "token": "t", "url": "http://files.example/a.pdf"}],
        [{"waybillNo": _NUMBER, "token": "t", "url": "file:///etc/hosts"}],
        [{"waybillNo": _NUMBER, "token": "t", "url": "https://files.example/a.pdf"}] * 2,
    ],
)
def test_an_answer_without_one_safe_address_is_not_followed(
    source: SfSource, transport: RecordingTransport, files: Any
) -> None:
    transport.will(
        answer(_PRINT["response"] | {"apiResultData": {"success": True, "obj": {"files": files}}})
    )
    assert isinstance(print_label(source), Problem)
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    "file",
    [
        Response(200, {}, b""),
        Response(200, {}, _PDF[:-8]),
        Response(200, {}, b"<html>expired</html>"),
        Response(403, {}, b""),
        page(404),
    ],
)
def test_what_is_not_a_whole_pdf_is_no_label(
    source: SfSource, transport: RecordingTransport, file: Response
) -> None:
    transport.will(answer(_PRINT["response"]), file)
    assert isinstance(print_label(source), Problem)


def test_a_custom_template_goes_beside_the_standard_one(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    keys = {"cloud_template": "fm_150_standard_X", "cloud_custom_template": "fm_150_custom_1"}
    source = SfSource(read_account(SfSettings, SF_CONFIG | keys), transport, clock)
    transport.will(page(502))
    print_label(source, media="60x40")
    sent = message(transport)
    assert (sent["templateCode"], sent["customTemplateCode"]) == tuple(keys.values())


# settings


@pytest.mark.parametrize("row", [{"code": "x", "name": "y"}, {"code": "1"}, {"name": "y"}, {}])
def test_a_product_without_number_or_name_is_refused(
    clock: FakeClock, transport: RecordingTransport, row: dict[str, str]
) -> None:
    with pytest.raises(UserError, match="products"):
        make_source(SF_CONFIG | {"products": [row]}, transport, clock)
