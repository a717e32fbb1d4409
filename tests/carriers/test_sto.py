"""STO: the bytes that leave, and what each answer proves."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.sto import wire
from app.carriers.sto.errors import sto_problem
from app.carriers.sto.settings import StoSettings
from app.carriers.sto.signature import data_digest
from app.carriers.sto.source import StoSource
from app.carriers.wire_json import encode
from app.domain.waybills import (
    AskPerson,
    Issued,
    IssuedNumber,
    Problem,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import Response
from app.ports import Capability, has
from tests.carriers.recording import RecordingTransport, answer, no_answer, nothing_left, page
from tests.carriers.samples import STO_CONFIG, sample, sto_booking, vectors
from tests.support.clock import FakeClock

K = ProblemClass
_FORM = sample("other_carriers.requests")["items"]["sto"]["form"]
_ANSWERS = sample("sto_answers")
_NUMBER = "773000000000011"
_LABEL = {"company": "申通快递", "mark": "877-342-213", "bagAddr": "上海青浦集包", "qrcode": ""}
_XML = Response(200, {"content-type": "text/xml"}, _ANSWERS["refused_gateway_xml"].encode())


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> StoSource:
    return opened(transport, clock)


@pytest.fixture
def safe(transport: RecordingTransport, clock: FakeClock) -> StoSource:
    return opened(transport, clock, repeat_is_safe=True)


def opened(transport: RecordingTransport, clock: FakeClock, **config: Any) -> StoSource:
    source = make_source(STO_CONFIG | config, transport, clock)
    assert isinstance(source, StoSource)
    return source


def settings(**config: Any) -> StoSettings:
    return read_account(StoSettings, STO_CONFIG | config)


def refused(said: str, code: str = "10001", **more: Any) -> Response:
    body = _ANSWERS["refused"] | {"errorMsg": said, "errorCode": code}
    return answer(body | more)


def created(**changes: Any) -> Response:
    return answer(_ANSWERS["created"] | {"data": _ANSWERS["created"]["data"] | changes})


def test_the_digest_and_the_form_equal_the_vector() -> None:
    [vector] = vectors("sto_data_digest")
    given, expected = vector["inputs"], vector["expected"]
    assert data_digest(given["content"], given["secretKey"]) == expected["data_digest"]
    call = wire.api_call(
        settings(secret_key=given["secretKey"]),
        wire.CREATE,
        json.loads(given["content"]),
        timestamp_ms=0,
    )
    fields = dict(pair.split("=", 1) for pair in call.body.decode("ascii").split("&"))
    assert fields["data_digest"] == expected["form_field_data_digest"]
    assert fields["content"] == expected["form_field_content"]


def test_the_order_is_the_sample_to_the_byte() -> None:
    assert encode(wire.order_data(settings(), sto_booking())).decode() == _FORM["content"]


def test_the_form_is_the_samples_and_the_signed_text_is_the_sent_text(
    source: StoSource, transport: RecordingTransport
) -> None:
    transport.will(created())
    source.create(sto_booking(remark="50% off * ~ + ' \" ( ) 轻放"))
    sent = transport.last
    assert (sent.method, sent.url) == ("POST", STO_CONFIG["base_url"])
    assert sent.headers == {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
    form = sent.form
    assert list(form) == list(_FORM)
    for name in ("api_name", "from_appkey", "from_code", "to_appkey", "to_code"):
        assert form[name] == _FORM[name]
    assert form["data_digest"] == data_digest(form["content"], "FAKEstokey")
    assert quote(form["content"], safe="").encode() in sent.body
    assert json.loads(form["content"])["remark"] == "50% off * ~ + ' \" ( ) 轻放"


def test_other_codes_of_the_console_are_used_where_they_are_given(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = opened(transport, clock, from_code="RES1", order_source="SRC1", cancel_code="edi_x")
    transport.will(created(), answer(_ANSWERS["cancelled"]))
    source.create(sto_booking())
    assert transport.last.form["from_code"] == "RES1"
    assert json.loads(transport.last.form["content"])["orderSource"] == "SRC1"
    source.void(sto_booking(), _NUMBER, "")
    assert (transport.last.form["to_appkey"], transport.last.form["to_code"]) == ("edi_x", "edi_x")


def test_amounts_are_in_yuan_with_two_places() -> None:
    data = wire.order_data(settings(), sto_booking(cod_fen=29950, insured_fen=100000))
    assert (data["billType"], data["codValue"]) == ("01", "299.50")
    assert data["insuredAnnex"] == {"insuredValue": "1000.00", "goodsValue": "129.00"}
    declared = wire.order_data(settings(insure_from_fen=12900), sto_booking())
    assert declared["insuredAnnex"] == {"insuredValue": "129.00", "goodsValue": "129.00"}
    plain = wire.order_data(settings(), sto_booking())
    assert not {"codValue", "insuredAnnex", "remark", "productType"} & plain.keys()
    assert wire.order_data(settings(), sto_booking(product="03"))["productType"] == "03"


def test_land_lines_towns_and_several_goods_find_their_fields() -> None:
    booking = sto_booking()
    receiver = replace(booking.receiver, phone="021-59815121", street="华漕镇")
    goods = (*booking.goods, replace(booking.goods[0], name="袜子", quantity=2))
    data = wire.order_data(settings(), replace(booking, receiver=receiver, goods=goods))
    assert (data["receiver"]["tel"], data["receiver"]["mobile"]) == ("021-59815121", "")
    assert (data["receiver"]["town"], data["receiver"]["address"]) == ("华漕镇", "申贵路1500号")
    assert (data["cargo"]["goodsName"], data["cargo"]["goodsCount"]) == ("女装、袜子", 3)


def test_a_city_without_districts_names_its_town_as_area() -> None:
    place = replace(
        sto_booking().receiver, province="广东省", city="东莞市", district="", street="虎门镇"
    )
    person = wire.order_data(settings(), sto_booking(receiver=place))["receiver"]
    assert (person["area"], person["town"], person["address"]) == ("虎门镇", "", "申贵路1500号")


def test_the_answer_is_a_number_with_its_route(
    source: StoSource, transport: RecordingTransport
) -> None:
    transport.will(created())
    issued = source.create(sto_booking())
    assert isinstance(issued, Issued)
    assert issued.numbers == (IssuedNumber(_NUMBER),)
    assert (issued.template, issued.label, issued.warning) == ("plain", _LABEL, None)
    assert json.loads(issued.raw) == _ANSWERS["created"]


@pytest.mark.parametrize(
    "body",
    [
        _ANSWERS["created"] | {"success": True},
        _ANSWERS["created"] | {"data": json.dumps(_ANSWERS["created"]["data"])},
        _ANSWERS["created"] | {"data": [_ANSWERS["created"]["data"]]},
        {"success": "true", "data": {"billCode": _NUMBER, "threeSegmentCode": "877-342-213"}},
    ],
)
def test_other_shapes_of_the_answer_are_read(
    source: StoSource, transport: RecordingTransport, body: dict[str, Any]
) -> None:
    transport.will(answer(body))
    issued = source.create(sto_booking())
    assert isinstance(issued, Issued)
    assert (issued.number, issued.label["mark"]) == (_NUMBER, "877-342-213")


def test_missing_route_text_is_asked_for_by_number(
    source: StoSource, transport: RecordingTransport
) -> None:
    transport.will(created(bigWord="", packagePlace=None), answer(_ANSWERS["dispatch"]))
    issued = source.create(sto_booking())
    assert isinstance(issued, Issued)
    assert (issued.label, issued.warning) == (_LABEL, None)
    form = transport.last.form
    assert (form["api_name"], form["to_code"]) == ("GET_ORDERDISPATCH_INFO", "ORDERMS_API")
    assert json.loads(form["content"])["BillCode"] == _NUMBER


@pytest.mark.parametrize(
    "given",
    [
        no_answer(),
        page(404),
        refused("订单不存在"),
        answer(_ANSWERS["dispatch"] | {"data": None}),
        answer(_ANSWERS["dispatch"] | {"data": {"waybillNo": "1", "bigWord": "1-2-3"}}),
    ],
)
def test_route_text_that_stays_away_leaves_the_number_with_a_warning(
    source: StoSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(created(bigWord=None), given, given)
    issued = source.create(sto_booking())
    assert isinstance(issued, Issued)
    assert (issued.number, issued.label["mark"]) == (_NUMBER, "")
    assert "do not print" in str(issued.warning)
    assert isinstance(source.fetch_label(sto_booking(), _NUMBER), Problem)


def test_route_text_can_be_fetched_later(source: StoSource, transport: RecordingTransport) -> None:
    transport.will(answer(_ANSWERS["dispatch"]))
    assert source.fetch_label(sto_booking(), _NUMBER) == _LABEL


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("收件地址超出服务范围", K.OUT_OF_RANGE),
        ("收件网点停发", K.OUT_OF_RANGE),
        ("收件地址不详细,无法匹配大头笔", K.FIX_ADDRESS),
        ("收件人电话或手机不合法", K.PHONE),
        ("电子面单余额不足", K.BALANCE),
        ("客户编码或客户密码错误", K.ACCOUNT),
        ("客户无权限", K.AUTH),
        ("物品属于禁寄品", K.PROHIBITED),
        ("天外来物", K.OTHER),
    ],
)
def test_a_refusal_is_classed_by_its_words(
    source: StoSource, transport: RecordingTransport, said: str, kind: ProblemClass
) -> None:
    transport.will(refused(said))
    outcome = source.create(sto_booking())
    assert isinstance(outcome, Rejected)
    found = outcome.problem
    assert (found.kind, found.code, found.said) == (kind, "10001", said)


@pytest.mark.parametrize("given", [_XML, refused("非法的数字签名", "S02")])
def test_the_gateway_refuses_in_xml_or_json(
    source: StoSource, transport: RecordingTransport, given: Response
) -> None:
    transport.will(given)
    outcome = source.create(sto_booking())
    assert isinstance(outcome, Rejected)
    assert (outcome.problem.kind, outcome.problem.code) == (K.AUTH, "S02")
    assert "secret_key" in str(outcome.problem.remedy)


def test_the_remedy_of_the_account_names_its_keys() -> None:
    assert "site_password" in str(sto_problem("1", "客户密码错误").remedy)


@pytest.mark.parametrize(
    "given",
    [
        refused("订单号重复"),
        refused("订单号已存在"),
        refused("订单号已存在", data=_ANSWERS["created"]["data"]),
        refused("天外来物", data=_ANSWERS["created"]["data"]),
        refused("天外来物", needRetry="true"),
        refused("系统异常"),
        refused("天外来物", "S07"),
        refused(""),
        created(waybillNo=None),
        created(orderNo="SOMEBODY"),
        answer({"success": "true", "data": None}),
        answer({"code": "1", "message": "no envelope of STO's"}),
        Response(200, {}, b"<response><errorMsg>x</errorMsg></response>"),
        Response(200, {}, b"<response><success>false</success><errorMsg>\xff"),
    ],
)
def test_what_may_have_taken_effect_is_unknown(
    source: StoSource, transport: RecordingTransport, given: Response | Exception
) -> None:
    transport.will(given)
    assert isinstance(source.create(sto_booking()), Unknown)
    assert len(transport.sent) == 1


def test_an_old_answer_for_somebody_else_is_not_ours(
    source: StoSource, transport: RecordingTransport
) -> None:
    transport.will(created(receiver={"name": "钱*", "mobile": "138****0002"}))
    outcome = source.create(sto_booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is K.DUPLICATE


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (created(), Issued),
        (refused("订单号已存在", data=_ANSWERS["created"]["data"]), Issued),
        (refused("订单号已存在"), AskPerson),
        (refused("收件地址超出服务范围"), Rejected),
        (refused("电子面单余额不足"), Unknown),
        (_XML, Unknown),
        (refused("天外来物"), Unknown),
        (nothing_left(), Unknown),
        (no_answer(), Unknown),
    ],
)
def test_what_a_repeated_create_proves(
    safe: StoSource, transport: RecordingTransport, given: Response | Exception, kind: type[object]
) -> None:
    assert Capability.RECONCILE in safe.capabilities
    transport.will(given)
    assert isinstance(safe.reconcile(sto_booking()), kind)
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (answer(_ANSWERS["cancelled"]), VoidResult.VOIDED),
        (refused("订单已取消,请勿重复取消"), VoidResult.ALREADY_VOID),
        (refused("订单不存在"), VoidResult.ALREADY_VOID),
        (refused("订单已揽收,不能取消"), VoidResult.TOO_LATE),
        (refused("天外来物"), VoidResult.UNKNOWN),
        (_XML, VoidResult.UNKNOWN),
        (no_answer(), VoidResult.UNKNOWN),
        (page(502), VoidResult.UNKNOWN),
    ],
)
def test_cancelling(
    source: StoSource,
    transport: RecordingTransport,
    given: Response | Exception,
    result: VoidResult,
) -> None:
    transport.will(given)
    assert source.void(sto_booking(), _NUMBER, "").result is result
    form = transport.last.form
    assert (form["api_name"], form["to_code"]) == ("EDI_MODIFY_ORDER_CANCEL", "edi_modify_order")
    asked = json.loads(form["content"])
    assert (asked["billCode"], asked["sourceOrderId"]) == (_NUMBER, "DD20260101-0001")


def test_every_part_that_is_named_is_there(safe: StoSource) -> None:
    assert all(has(safe, capability) for capability in safe.capabilities)
