"""The e-waybill platform beside booking: checks, boxes, notices in one call, label templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import RetryableError, UserError
from app.domain.label_templates import OPTION_NAMES, LabelTemplate, options_of
from app.domain.text import T
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Issued,
    NotSent,
    ProblemClass,
    Rejected,
    Unknown,
)
from app.net.transport import CallNotSentError, CallUnclearError
from app.ports import Capability, PrintedNotice, Reported, ReportLater, ReportUnclear
from app.shops.wechat.label_calls import (
    BOXES_PATH,
    CREATE_PATH,
    GET_PATH,
    PRECHECK_PATH,
    PRINT_INFO_PATH,
)
from app.shops.wechat.labels import WechatLabels
from app.shops.wechat.printed import BATCH_PATH
from app.shops.wechat.templates import CONFIG_PATH, LIST_PATH, ONE_PATH, WechatTemplates
from app.shops.wechat.templates import CREATE_PATH as NEW_TEMPLATE_PATH
from app.shops.wechat.templates import UPDATE_PATH as TEMPLATE_UPDATE_PATH
from tests.shops.wechat.recording import (
    HIDDEN,
    KEY,
    RecordingTransport,
    account,
    booking,
    client,
    html,
    refused,
    sample,
    shop,
)
from tests.support.clock import FakeClock

LOST = CallUnclearError(T("{host} did not answer in time.", host="h"))
OFFLINE = CallNotSentError(T("No connection to {host}.", host="h"))
CREATED = sample("ewaybill_create")["normal"]["response"]
PRINTABLE = sample("ewaybill_print_get")["response"]
ADDED = sample("ewaybill_addsuborder")
JD_KEY = "3878000000000000168"


@pytest.fixture
def labels(transport: RecordingTransport, clock: FakeClock) -> WechatLabels:
    transport.script(PRINT_INFO_PATH, PRINTABLE)
    return WechatLabels(client(transport, clock), account())


@pytest.fixture
def jd(transport: RecordingTransport, clock: FakeClock) -> WechatLabels:
    transport.script(PRINT_INFO_PATH, PRINTABLE)
    place = account("JD", "jd")
    record = {**place.record, "ewaybill_acct_id": "6600000000004", "site_code": ""}
    chosen = type(place)(
        "jd", "JD", "6600000000004", bound=True, balance=None, sender=place.sender, record=record
    )
    return WechatLabels(client(transport, clock), chosen)


# Precheck


def test_precheck_is_sent_as_in_the_platforms_own_sample(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    found = sample("ewaybill_precreate")
    transport.script(PRECHECK_PATH, found["response"])
    assert labels.precheck(booking()) is None
    (sent,) = transport.bodies(PRECHECK_PATH)
    assert sent == {**found["request"], "order_type": 1}
    assert Capability.PRECHECK in labels.capabilities
    assert transport.calls(CREATE_PATH) == []


# trap 26
def test_precheck_names_an_order_that_does_not_fit_the_label_shop(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(PRECHECK_PATH, sample("ewaybill_precreate")["errors"]["bad_order"])
    problem = labels.precheck(booking())
    assert problem is not None
    assert (problem.code, problem.reference) == ("10025017", "65250443-5a709389-1ca3967a")


def test_precheck_that_cannot_be_asked_is_no_verdict(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    for answer in (LOST, OFFLINE, html(502), refused(45011), refused(-1)):
        transport.script(PRECHECK_PATH, answer)
        with pytest.raises(RetryableError):
            labels.precheck(booking())


# trap 26
def test_label_shop_id_goes_out_and_never_the_app_id(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(CREATE_PATH, CREATED)
    labels.create(booking())
    assert transport.bodies(CREATE_PATH)[0]["shop_id"] == "5000000000001"


# What comes beside a number


@pytest.mark.parametrize(
    "more",
    [
        {"changed_info": [{"what": 3}]},
        {"changed_info": "x"},
        {"changed_info": {"a": [1]}},
        {"consolidation_waybill_info": [{"b_segment_delivery_id": "EMS"}, 3, None]},
        {"consolidation_waybill_info": ""},
        {"order_risk_info": [{"risk_ec_order_info": {"ec_order_id": 1}, "risk_msg": 5}, "?"]},
        {"order_risk_info": {"risk_msg": "x"}},
        {"waybill_id_list": None, "order_risk_info": None},
    ],
)
def test_what_nobody_has_documented_does_not_cost_the_number(
    transport: RecordingTransport, labels: WechatLabels, more: dict[str, Any]
) -> None:
    transport.script(CREATE_PATH, {**CREATED, **more})
    outcome = labels.create(booking())
    assert isinstance(outcome, Issued)
    assert outcome.number == CREATED["waybill_id"]


def test_every_warning_of_the_platform_reaches_the_row(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    more = {
        "order_risk_info": [{"risk_msg": "订单存在售后"}, {"risk_msg": "地址偏远"}],
        "consolidation_waybill_info": [
            {"b_segment_delivery_id": "EMS", "b_segment_waybill_id": "9700000000001"}
        ],
    }
    transport.script(CREATE_PATH, {**CREATED, **more})
    outcome = labels.create(booking())
    assert isinstance(outcome, Issued)
    for said in ("订单存在售后", "地址偏远", "9700000000001"):
        assert said in str(outcome.warning)


# More boxes


# trap 11
def test_more_boxes_are_asked_for_with_the_key_as_a_number(
    transport: RecordingTransport, jd: WechatLabels
) -> None:
    transport.script(BOXES_PATH, ADDED["response"])
    outcome = jd.add_boxes(booking(key=JD_KEY, carrier="jd"), "JDAWX0000000001", 1)
    assert transport.bodies(BOXES_PATH) == [ADDED["request"]]
    assert isinstance(outcome, Issued)
    (child,) = outcome.numbers
    assert (child.number, child.kind) == ("JDAWX0000000001-4-4-", "child")
    assert outcome.label[PRINT_INFO_BY_NUMBER] == {child.number: PRINTABLE["print_info"]}
    wanted = {
        "ewaybill_order_id": JD_KEY, "template_id": "single", "sub_waybill_id": child.number
    }  # fmt: skip
    assert transport.bodies(PRINT_INFO_PATH) == [wanted]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LOST, Unknown),
        (html(502), Unknown),
        (refused(-1), Unknown),
        (refused(47001), Rejected),
        (OFFLINE, NotSent),
        (refused(45011), NotSent),
        (refused(10025020), Rejected),
        (refused(10025005, delivery_error_msg="该产品不支持子母件"), Rejected),
    ],
)
def test_what_an_answer_about_more_boxes_leaves_certain(
    transport: RecordingTransport, jd: WechatLabels, answer: Any, kind: type
) -> None:
    transport.script(BOXES_PATH, answer)
    assert isinstance(jd.add_boxes(booking(key=JD_KEY), "JDAWX0000000001", 1), kind)


def test_boxes_the_platform_lists_are_found_again(
    transport: RecordingTransport, jd: WechatLabels
) -> None:
    order = sample("ewaybill_order_get")["response"]["order_info"]
    listed = sample("ewaybill_create")["parent_child_JD"]["response"]["waybill_id_list"]
    transport.script(GET_PATH, {"order_info": {**order, "waybill_id_list": listed}})
    outcome = jd.children(booking(key=JD_KEY), ["JDAWX0000000001-2-3-"])
    assert isinstance(outcome, Issued)
    assert [n.number for n in outcome.numbers] == ["JDAWX0000000001-3-3-"]
    transport.script(GET_PATH, sample("ewaybill_order_get")["response"])
    assert isinstance(jd.children(booking(key=JD_KEY), []), Unknown)


# Notices


def test_many_notices_go_out_in_one_call_and_each_keeps_its_outcome(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    batch = sample("ewaybill_print_notify")["batch"]
    transport.script(BATCH_PATH, batch["response"])
    notices = [
        PrintedNotice(KEY, "zto", "78900000000001"),
        PrintedNotice("3878000000000000167", "zto", "78900000000002", again=True),
    ]
    taken, left = shop(transport, clock).tell_printed(notices)
    assert transport.bodies(BATCH_PATH) == [batch["request"]]
    assert isinstance(taken, Reported)
    assert isinstance(left, ReportLater)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LOST, ReportUnclear),
        (html(502), ReportUnclear),
        (OFFLINE, ReportLater),
        ({"errcode": 0, "succ_ewaybill_order_id": "?"}, ReportLater),
        ({"errcode": 0}, ReportLater),
    ],
)
def test_batch_without_a_usable_answer_counts_for_nobody(
    transport: RecordingTransport, clock: FakeClock, answer: Any, kind: type
) -> None:
    transport.script(BATCH_PATH, answer)
    notices = [PrintedNotice(KEY, "zto", "1"), PrintedNotice("2", "zto", "2")]
    outcomes = shop(transport, clock).tell_printed(notices)
    assert [type(o) for o in outcomes] == [kind, kind]


# Templates


@pytest.fixture
def templates(transport: RecordingTransport, clock: FakeClock) -> WechatTemplates:
    return WechatTemplates(client(transport, clock))


def test_standard_templates_say_where_the_shops_own_corner_is(
    transport: RecordingTransport, templates: WechatTemplates
) -> None:
    transport.script(CONFIG_PATH, sample("ewaybill_template")["config"]["response"])
    found = templates.standards()
    assert set(found) == {"YTO", "ZTO", "YUNDA", "JTSD", "STO"}
    sto = found["STO"]
    assert (sto.width_mm, sto.height_mm, sto.own_top_mm, sto.own_left_mm) == (76, 130, 75.4, 2.4)


# trap 12
@pytest.mark.parametrize("as_text", [True, False])
def test_times_of_a_template_come_as_text_or_as_number(
    transport: RecordingTransport, templates: WechatTemplates, as_text: bool
) -> None:
    listed = sample("ewaybill_template")["get"]["response"]
    (kept,) = listed["total_template"][0]["template_list"]
    transport.script(LIST_PATH, listed)
    (own,) = templates.templates("YTO")["YTO"]
    time: Any = "1690426204" if as_text else 1690426204
    number: Any = "6600000000091" if as_text else 6600000000091
    one = {**kept, "create_time": time, "update_time": time, "template_id": number}
    transport.script(ONE_PATH, {"errcode": 0, "template_info": one})
    again = templates.template("YTO", "6600000000091")
    assert own == again
    assert own.changed_at == datetime(2023, 7, 27, 2, 50, 4, tzinfo=UTC)
    assert [o.option for o in own.options if o.shown] == [1, 4, 5, 6, 7]
    assert own.is_default


def test_new_template_is_sent_as_in_the_platforms_own_sample(
    transport: RecordingTransport, templates: WechatTemplates
) -> None:
    found = sample("ewaybill_template")
    transport.script(LIST_PATH, {"errcode": 0, "total_template": []})
    transport.script(NEW_TEMPLATE_PATH, found["create"]["response"])
    (kept,) = _read_own(transport, found)
    assert templates.save("YTO", kept) == "6600000000091"
    assert transport.bodies(NEW_TEMPLATE_PATH) == [found["create"]["request"]]


def _read_own(transport: RecordingTransport, found: dict[str, Any]) -> list[LabelTemplate]:
    transport.script(LIST_PATH, found["get"]["response"], {"errcode": 0, "total_template": []})
    (kept,) = WechatTemplates(client(transport, FakeClock())).templates("YTO")["YTO"]
    return [LabelTemplate(kept.name, kept.options, "", kept.is_default, kept.text)]


def test_template_made_although_the_answer_was_lost_is_found_by_its_name(
    transport: RecordingTransport, templates: WechatTemplates
) -> None:
    found = sample("ewaybill_template")
    transport.script(LIST_PATH, {"errcode": 0, "total_template": []}, found["get"]["response"])
    transport.script(NEW_TEMPLATE_PATH, LOST)
    transport.script(TEMPLATE_UPDATE_PATH, {"errcode": 0})
    mine = LabelTemplate("一联单-备注", options_of(["name", "note"]))
    with pytest.raises(RetryableError):
        templates.save("YTO", mine)
    assert templates.save("YTO", mine) == "6600000000091"
    assert len(transport.calls(NEW_TEMPLATE_PATH)) == 1
    (sent,) = transport.bodies(TEMPLATE_UPDATE_PATH)
    assert [o["option_id"] for o in sent["info"]["options"]] == [3, 7, 0, 1, 2, 4, 5, 6]


def test_template_that_does_not_name_each_line_once_never_leaves(
    transport: RecordingTransport, templates: WechatTemplates
) -> None:
    eight = options_of(OPTION_NAMES)
    for wrong in (eight[:7], (*eight[:7], eight[0])):
        with pytest.raises(UserError) as caught:
            templates.save("YTO", LabelTemplate("备注", wrong))
        assert caught.value.code == "template_option"
    with pytest.raises(UserError) as caught:
        templates.save("YTO", LabelTemplate(" ", eight))
    assert caught.value.code == "template_name"
    assert transport.sent == []


@pytest.mark.parametrize("code", [10025106, 10025125])
def test_template_that_is_gone_gives_way_to_the_standard_one(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    place = account()
    own = type(place)(
        "zto", "ZTO", place.account_id, bound=True, balance=9, sender=place.sender,
        record={**place.record, "template_id": "6600000000091"},
    )  # fmt: skip
    labels = WechatLabels(client(transport, clock), own)
    transport.script(CREATE_PATH, refused(code), CREATED)
    transport.script(GET_PATH, refused(10025010))
    outcome = labels.create(booking())
    assert isinstance(outcome, Issued)
    assert outcome.warning is not None
    sent = transport.bodies(CREATE_PATH)
    assert [body["template_id"] for body in sent] == ["6600000000091", "single"]
    assert {body["ewaybill_order_id"] for body in sent} == {KEY}


# trap 27
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("月结账号为仓配服务，不支持该产品", ProblemClass.OTHER),
        ("保价金额格式错误", ProblemClass.OTHER),
        ("收件地址中包含脱敏字符", ProblemClass.MASKED),
    ],
)
def test_carriers_own_words_are_shown_with_a_way_out(
    transport: RecordingTransport, labels: WechatLabels, said: str, kind: ProblemClass
) -> None:
    transport.script(CREATE_PATH, refused(10025005, delivery_error_msg=said))
    outcome = labels.create(booking())
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is kind
    assert said in str(outcome.problem.message)
    assert str(outcome.problem.remedy)


# trap 29
@pytest.mark.parametrize("name", ["୧**", "小林🐰**", "A\u200d**", "﷽**"])
def test_strange_letters_of_a_hidden_name_go_out_as_they_came(
    transport: RecordingTransport, labels: WechatLabels, name: str
) -> None:
    transport.script(CREATE_PATH, CREATED)
    wanted = booking(receiver=replace(HIDDEN, name=name))
    assert isinstance(labels.create(wanted), Issued)
    assert transport.bodies(CREATE_PATH)[0]["receiver"]["name"] == name
    assert b"\\u" not in transport.calls(CREATE_PATH)[0].body
