"""Numbers from the platform: the types that are sent, and what every answer leaves certain."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.address import Address
from app.domain.text import T
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Booking,
    Goods,
    Issued,
    IssuedNumber,
    NeverExisted,
    NotSent,
    Outcome,
    ProblemClass,
    Rejected,
    Unknown,
    VoidResult,
)
from app.net.transport import CallNotSentError, CallUnclearError, Response
from app.ports import (
    Capability,
    PrintedNotice,
    ReportLater,
    ReportRefused,
    ReportUnclear,
    WaybillSource,
)
from app.shops.wechat.accounts import ACCOUNTS_PATH
from app.shops.wechat.client import TOKEN_PATH
from app.shops.wechat.label_calls import CANCEL_PATH, CREATE_PATH, GET_PATH, PRINT_INFO_PATH
from app.shops.wechat.labels import WechatLabels
from app.shops.wechat.printed import PRINTED_PATH
from tests.shops.wechat.recording import (
    KEY,
    ORDER_ID,
    WAREHOUSE,
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

CREATED = sample("ewaybill_create")["normal"]["response"]
FOUND = sample("ewaybill_order_get")["response"]
PRINTABLE = sample("ewaybill_print_get")["response"]
ERRORS = sample("ewaybill_create")["errors"]
ABSENT = sample("ewaybill_order_get")["not_found"]
LOST = CallUnclearError(T("{host} did not answer in time.", host="h"))
OFFLINE = CallNotSentError(T("No connection to {host}.", host="h"))


@pytest.fixture
def labels(transport: RecordingTransport, clock: FakeClock) -> WechatLabels:
    transport.script(GET_PATH, FOUND)
    transport.script(PRINT_INFO_PATH, PRINTABLE)
    return WechatLabels(client(transport, clock), account())


def create(
    transport: RecordingTransport, labels: WechatLabels, answer: Any, **changes: Any
) -> Outcome:
    transport.script(CREATE_PATH, answer)
    return labels.create(booking(**changes))


# What is sent


def test_booking_is_sent_as_in_the_platforms_own_sample(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    assert isinstance(create(transport, labels, CREATED), Issued)
    assert transport.bodies(CREATE_PATH) == [sample("ewaybill_create")["normal"]["request"]]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (("ewaybill_order_id",), str),
        (("delivery_id",), str),
        (("site_code",), str),
        (("ewaybill_acct_id",), str),
        (("shop_id",), str),
        (("template_id",), str),
        (("order_type",), int),
        (("remark",), str),
        (("sender", "name"), str),
        (("sender", "mobile"), str),
        (("receiver", "name"), str),
        (("receiver", "street"), str),
        (("receiver", "address"), str),
        (("ec_order_list", 0, "ec_order_id"), int),
        (("ec_order_list", 0, "goods_list", 0, "good_name"), str),
        (("ec_order_list", 0, "goods_list", 0, "good_count"), int),
        (("ec_order_list", 0, "goods_list", 0, "product_id"), int),
        (("ec_order_list", 0, "goods_list", 0, "sku_id"), int),
        (("delivery_info", "package_quantity"), int),
    ],
)
def test_each_field_of_a_booking_has_the_type_the_platform_takes(
    transport: RecordingTransport, clock: FakeClock, path: tuple[Any, ...], kind: type
) -> None:
    transport.script(PRINT_INFO_PATH, PRINTABLE)
    source = WechatLabels(client(transport, clock), account("JD", "jd"))
    create(transport, source, CREATED, box_count=3)
    value = transport.bodies(CREATE_PATH)[0]
    for part in path:
        value = value[part]
    assert type(value) is kind


# trap 10
def test_nineteen_digits_survive_as_json_numbers(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    create(transport, labels, CREATED)
    assert b'"ec_order_id":3732000000000000101' in transport.calls(CREATE_PATH)[0].body


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (GET_PATH, {"ewaybill_order_id": str}),
        (PRINT_INFO_PATH, {"ewaybill_order_id": str, "template_id": str}),
        (CANCEL_PATH, {"ewaybill_order_id": str, "delivery_id": str, "waybill_id": str}),
        (
            PRINTED_PATH,
            {"ewaybill_order_id": str, "delivery_id": str, "waybill_id": str, "re_print": int},
        ),
    ],
)
def test_each_field_of_the_other_calls_has_the_type_the_platform_takes(
    transport: RecordingTransport,
    clock: FakeClock,
    labels: WechatLabels,
    path: str,
    kinds: dict[str, type],
) -> None:
    transport.script(CANCEL_PATH, {"errcode": 0})
    transport.script(PRINTED_PATH, {"errcode": 0})
    labels.reconcile(booking())
    labels.void(booking(), "78900000000001", "")
    shop(transport, clock).tell_printed([PrintedNotice(KEY, "zto", "78900000000001", again=False)])
    body = transport.bodies(path)[0]
    assert {name: type(value) for name, value in body.items()} == kinds


def test_merged_parcel_names_every_order_with_its_own_goods(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    other = "3732000000000000102"
    goods = (
        Goods("茶", 1, 0, 100, order_id=ORDER_ID, product_id="1", sku_id="2"),
        Goods("杯", 2, 0, 100, order_id=other, product_id="3", sku_id="4"),
        Goods("赠品", 1, 0, 0),
    )
    create(transport, labels, CREATED, goods=goods, order_ids=(ORDER_ID, other))
    assert transport.bodies(CREATE_PATH)[0]["ec_order_list"] == [
        {
            "ec_order_id": int(ORDER_ID),
            "goods_list": [
                {"good_name": "茶", "good_count": 1, "product_id": 1, "sku_id": 2},
                {"good_name": "赠品", "good_count": 1, "product_id": 0, "sku_id": 0},
            ],
        },
        {
            "ec_order_id": int(other),
            "goods_list": [{"good_name": "杯", "good_count": 2, "product_id": 3, "sku_id": 4}],
        },
    ]


def test_sender_is_the_accounts_own_place_with_our_name_and_phone(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    elsewhere = Address(name="山野集", phone="057180000000", province="浙江省", city="杭州市")
    create(transport, labels, CREATED, sender=elsewhere)
    sender = transport.bodies(CREATE_PATH)[0]["sender"]
    assert (sender["name"], sender["mobile"]) == ("山野集", "057180000000")
    assert (sender["province"], sender["address"]) == ("上海市", "示例路1号仓")


def test_record_kept_with_the_parcel_goes_before_the_accounts_own(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    record = {**account().record, "site_code": "old", "ewaybill_acct_id": "7"}
    create(transport, labels, CREATED, account=record)
    body = transport.bodies(CREATE_PATH)[0]
    assert (body["site_code"], body["ewaybill_acct_id"]) == ("old", "7")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"insured_fen": 100}, ProblemClass.PRODUCT_OR_VAS),
        ({"cod_fen": 100}, ProblemClass.PRODUCT_OR_VAS),
        ({"box_count": 2}, ProblemClass.PRODUCT_OR_VAS),
        ({"order_ids": ()}, ProblemClass.OTHER),
        ({"order_ids": ("manual-7",)}, ProblemClass.OTHER),
        ({"sender": Address(name="仓库")}, ProblemClass.FIX_ADDRESS),
        ({"account": {"delivery_id": "ZTO"}}, ProblemClass.ACCOUNT),
    ],
)
def test_what_the_platform_cannot_do_is_refused_before_anything_leaves(
    transport: RecordingTransport,
    labels: WechatLabels,
    changes: dict[str, Any],
    kind: ProblemClass,
) -> None:
    got = create(transport, labels, CREATED, **changes)
    assert isinstance(got, Rejected)
    assert got.problem.kind is kind
    assert str(got.problem.remedy)
    assert transport.sent == []


# What comes back


def test_issued_number_comes_with_its_picture(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    got = create(transport, labels, CREATED)
    assert isinstance(got, Issued)
    assert got.numbers == (IssuedNumber("78900000000001"),)
    assert got.print_info == CREATED["print_info"]
    assert got.template == "platform"
    assert got.warning is None
    assert transport.calls(PRINT_INFO_PATH) == []


def test_missing_picture_is_fetched(transport: RecordingTransport, labels: WechatLabels) -> None:
    got = create(transport, labels, {**CREATED, "print_info": ""})
    assert isinstance(got, Issued)
    assert got.print_info == PRINTABLE["print_info"]


def test_picture_that_cannot_be_fetched_now_leaves_the_number_to_reconciling(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(PRINT_INFO_PATH, LOST)
    assert isinstance(create(transport, labels, {**CREATED, "print_info": ""}), Unknown)


def test_picture_the_platform_refuses_is_a_warning_and_the_number_stays(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(PRINT_INFO_PATH, refused(10025106))
    got = create(transport, labels, {**CREATED, "print_info": ""})
    assert isinstance(got, Issued)
    assert got.number == "78900000000001"
    assert got.print_info == ""
    assert got.warning is not None
    assert "10025106" in str(got.warning)


def test_each_box_of_a_shipment_gets_its_number_and_its_picture(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    source = WechatLabels(client(transport, clock), account("JD", "jd"))
    transport.script(PRINT_INFO_PATH, {"print_info": "child 2"}, {"print_info": "child 3"})
    answer = sample("ewaybill_create")["parent_child_JD"]["response"]
    got = create(transport, source, answer, box_count=3)
    assert isinstance(got, Issued)
    assert got.numbers == (
        IssuedNumber("JDAWX0000000001"),
        IssuedNumber("JDAWX0000000001-2-3-", "child"),
        IssuedNumber("JDAWX0000000001-3-3-", "child"),
    )
    assert got.label[PRINT_INFO_BY_NUMBER] == {
        "JDAWX0000000001-2-3-": "child 2",
        "JDAWX0000000001-3-3-": "child 3",
    }
    assert transport.bodies(PRINT_INFO_PATH)[0]["sub_waybill_id"] == "JDAWX0000000001-2-3-"
    assert got.warning is None


def test_fewer_numbers_than_boxes_are_told(transport: RecordingTransport, clock: FakeClock) -> None:
    source = WechatLabels(client(transport, clock), account("JD", "jd"))
    got = create(transport, source, CREATED, box_count=2)
    assert isinstance(got, Issued)
    assert "1 numbers for 2 boxes" in str(got.warning)


def test_warning_of_the_platform_is_passed_on(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    risk = [{"risk_ec_order_info": {"ec_order_id": 1}, "risk_msg": "订单存在售后"}]
    got = create(transport, labels, {**CREATED, "order_risk_info": risk})
    assert isinstance(got, Issued)
    assert "订单存在售后" in str(got.warning)


def test_answer_without_a_number_is_not_taken_for_one(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    assert isinstance(create(transport, labels, {**CREATED, "waybill_id": ""}), Unknown)


@pytest.mark.parametrize(
    "answer", [LOST, html(502), Response(200, {}, b'{"errcode":0,"way'), refused(-1)]
)
def test_lost_answer_and_busy_leave_everything_open(
    transport: RecordingTransport, labels: WechatLabels, answer: Any
) -> None:
    assert isinstance(create(transport, labels, answer), Unknown)
    assert len(transport.calls(CREATE_PATH)) == 1


@pytest.mark.parametrize("answer", [OFFLINE, refused(45011), refused(45009), refused(100003)])
def test_call_without_effect_may_be_repeated_as_it_is(
    transport: RecordingTransport, labels: WechatLabels, answer: Any
) -> None:
    assert isinstance(create(transport, labels, answer), NotSent)


def test_refused_app_says_so_at_the_parcel(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(TOKEN_PATH, refused(40125))
    got = create(transport, labels, CREATED)
    assert isinstance(got, Rejected)
    assert got.problem.kind is ProblemClass.AUTH
    assert transport.calls(CREATE_PATH) == []


def test_carriers_refusal_keeps_its_words(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    got = create(transport, labels, ERRORS["carrier_refused"])
    assert isinstance(got, Rejected)
    assert got.problem.said == "收件人姓名、电话、地址不能为空"
    assert got.problem.said in str(got.problem.message)
    assert got.problem.reference == "66cd9300-75c6207b-11e0c96e"


# trap 24
def test_carriers_refusal_without_words_shows_the_rid(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    got = create(transport, labels, ERRORS["carrier_refused_no_reason"])
    assert isinstance(got, Rejected)
    assert "6683b36e-5be86892-04872704" in str(got.problem.message)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("收件地址中包含脱敏字符", ProblemClass.MASKED),
        ("收件地址超区", ProblemClass.OUT_OF_RANGE),
        ("收件地址超出服务范围", ProblemClass.OUT_OF_RANGE),
        ("该地区停发", ProblemClass.CLOSED_TEMPORARILY),
        ("网点余额不足", ProblemClass.BALANCE),
        ("未知错误", ProblemClass.OTHER),
    ],
)
def test_carriers_refusal_is_sorted_by_what_can_be_done(
    transport: RecordingTransport, labels: WechatLabels, words: str, kind: ProblemClass
) -> None:
    got = create(transport, labels, refused(10025005, delivery_error_msg=words))
    assert isinstance(got, Rejected)
    assert got.problem.kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (10025012, ProblemClass.ACCOUNT),
        (10025013, ProblemClass.ACCOUNT),
        (10025014, ProblemClass.ACCOUNT),
        (10025015, ProblemClass.FIX_ADDRESS),
        (10025016, ProblemClass.FIX_ADDRESS),
        (10025017, ProblemClass.OTHER),
        (10025018, ProblemClass.ACCOUNT),
        (10025020, ProblemClass.OTHER),
        (10025102, ProblemClass.ACCOUNT),
        (10025106, ProblemClass.ACCOUNT),
        (10025120, ProblemClass.ACCOUNT),
        (40164, ProblemClass.AUTH),
        (48001, ProblemClass.AUTH),
        (47001, ProblemClass.OTHER),
    ],
)
def test_refusals_of_the_platform(
    transport: RecordingTransport, labels: WechatLabels, code: int, kind: ProblemClass
) -> None:
    got = create(transport, labels, refused(code))
    assert isinstance(got, Rejected)
    assert (got.problem.kind, got.problem.code) == (kind, str(code))
    assert transport.calls(GET_PATH) == []


@pytest.mark.parametrize("code", [10025019, 10025011, 10025125, 10029999])
def test_answer_that_leaves_it_open_is_settled_by_asking_and_the_number_adopted(
    transport: RecordingTransport, labels: WechatLabels, code: int
) -> None:
    got = create(transport, labels, refused(code))
    assert isinstance(got, Issued)
    assert got.number == "78900000000001"
    assert got.print_info == PRINTABLE["print_info"]
    assert len(transport.calls(CREATE_PATH)) == 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(10025019, Rejected), (10025011, NotSent), (10025125, Rejected), (10029999, Rejected)],
)
def test_key_without_a_waybill_is_spent_and_nothing_happened(
    transport: RecordingTransport, labels: WechatLabels, code: int, outcome: type
) -> None:
    transport.script(GET_PATH, ABSENT)
    assert isinstance(create(transport, labels, refused(code)), outcome)


def test_used_key_that_cannot_be_asked_for_stays_open(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(GET_PATH, LOST)
    assert isinstance(create(transport, labels, refused(10025019)), Unknown)


# trap 26
def test_number_of_another_order_is_never_adopted(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    info = {**FOUND["order_info"], "ec_order_list": [{"ec_order_id": 999}]}
    transport.script(GET_PATH, {**FOUND, "order_info": info})
    got = create(transport, labels, refused(10025019))
    assert isinstance(got, Rejected)
    assert got.problem.kind is ProblemClass.DUPLICATE


# Reconciling


def test_found_waybill_is_issued_with_its_picture(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    got = labels.reconcile(booking())
    assert isinstance(got, Issued)
    assert (got.number, got.print_info) == ("78900000000001", PRINTABLE["print_info"])
    assert transport.bodies(GET_PATH) == [{"ewaybill_order_id": KEY}]


def test_unknown_key_never_existed(transport: RecordingTransport, labels: WechatLabels) -> None:
    transport.script(GET_PATH, ABSENT)
    assert labels.reconcile(booking()) == NeverExisted()


@pytest.mark.parametrize("answer", [LOST, OFFLINE, html(502), refused(-1), refused(48001), {}])
def test_platform_that_cannot_be_asked_leaves_it_unknown(
    transport: RecordingTransport, labels: WechatLabels, answer: Any
) -> None:
    transport.script(GET_PATH, answer)
    got = labels.reconcile(booking())
    assert isinstance(got, Unknown)
    assert str(got.reason)


def test_cancelled_waybill_is_no_number(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(GET_PATH, {**FOUND, "order_info": {**FOUND["order_info"], "status": 2}})
    got = labels.reconcile(booking())
    assert isinstance(got, Rejected)
    assert got.problem.kind is ProblemClass.DUPLICATE


# Voiding


def test_voided_number(transport: RecordingTransport, labels: WechatLabels) -> None:
    transport.script(CANCEL_PATH, sample("ewaybill_cancel")["response"])
    assert labels.void(booking(), "78900000000001", "").result is VoidResult.VOIDED
    assert transport.bodies(CANCEL_PATH) == [sample("ewaybill_cancel")["request"]]


def test_collected_parcel_cannot_be_voided(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(CANCEL_PATH, sample("ewaybill_cancel")["refused"])
    got = labels.void(booking(), "78900000000001", "")
    assert got.result is VoidResult.TOO_LATE
    assert got.problem is not None
    assert got.problem.said == "快件已揽收"
    assert got.problem.kind is ProblemClass.ALREADY_MOVING


@pytest.mark.parametrize("found", [ABSENT, {"order_info": {"status": 2, "waybill_id": "1"}}])
def test_number_that_is_dead_already_counts_as_void(
    transport: RecordingTransport, labels: WechatLabels, found: dict[str, Any]
) -> None:
    transport.script(CANCEL_PATH, refused(10025006))
    transport.script(GET_PATH, found)
    assert labels.void(booking(), "1", "").result is VoidResult.ALREADY_VOID


def test_number_nobody_knows_counts_as_void(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(CANCEL_PATH, refused(10025010))
    assert labels.void(booking(), "1", "").result is VoidResult.ALREADY_VOID


@pytest.mark.parametrize("answer", [LOST, OFFLINE, refused(-1), refused(48001), refused(45009)])
def test_voiding_that_nobody_confirmed_is_unknown_and_says_why(
    transport: RecordingTransport, labels: WechatLabels, answer: Any
) -> None:
    transport.script(CANCEL_PATH, answer)
    got = labels.void(booking(), "1", "")
    assert got.result is VoidResult.UNKNOWN
    assert got.problem is not None


# Accounts and notices


def test_accounts_of_the_shop(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(ACCOUNTS_PATH, sample("ewaybill_account_get")["response"])
    zto, sf, yto = shop(transport, clock).platform_accounts()
    assert (zto.company, zto.delivery_id, zto.account_id) == ("zto", "ZTO", "6600000000001")
    assert (zto.bound, zto.balance) == (True, 1280)
    assert zto.record == account().record
    assert zto.sender == account().sender
    assert (sf.company, sf.balance) == ("sf", None)  # a direct carrier counts no labels
    assert (yto.balance, yto.sender) == (36, Address())
    body = transport.bodies(ACCOUNTS_PATH)[0]
    assert body == {"need_balance": True, "offset": 0, "limit": 20}


@pytest.mark.parametrize("status", [1, 2, 4, 5, 6, 99])
def test_only_status_three_is_bound(
    transport: RecordingTransport, clock: FakeClock, status: int
) -> None:
    entry = {"delivery_id": "ZTO", "acct_id": 66, "status": status}
    transport.script(ACCOUNTS_PATH, {"total_num": 1, "account_list": [entry]})
    (found,) = shop(transport, clock).platform_accounts()
    assert not found.bound
    assert found.account_id == "66"


def test_accounts_come_in_pages(transport: RecordingTransport, clock: FakeClock) -> None:
    page = [{"delivery_id": "ZTO", "acct_id": str(n), "status": 3} for n in range(20)]
    transport.script(
        ACCOUNTS_PATH,
        {"total_num": 21, "account_list": page},
        {"total_num": 21, "account_list": page[:1]},
    )
    assert len(shop(transport, clock).platform_accounts()) == 21
    assert [body["offset"] for body in transport.bodies(ACCOUNTS_PATH)] == [0, 20]


def test_shop_without_accounts_has_none(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(ACCOUNTS_PATH, refused(10025120))
    assert shop(transport, clock).platform_accounts() == ()


@pytest.mark.parametrize(
    ("entry", "ok", "balance"),
    [
        ({"status": 3, "company_type": 1, "available": 7}, True, 7),
        ({"status": 3, "company_type": 1, "available": 0}, False, 0),
        ({"status": 3, "company_type": 2, "available": 0}, True, None),
        ({"status": 4, "company_type": 1, "available": 7}, False, None),
    ],
)
def test_check_of_an_account(
    transport: RecordingTransport,
    labels: WechatLabels,
    entry: dict[str, Any],
    ok: bool,
    balance: int | None,
) -> None:
    listed = {"delivery_id": "ZTO", "acct_id": "6600000000001", **entry}
    transport.script(ACCOUNTS_PATH, {"total_num": 1, "account_list": [listed]})
    health = labels.check()
    assert (health.ok, health.balance) == (ok, balance)
    assert ok or str(health.remedy)
    assert transport.bodies(ACCOUNTS_PATH)[0]["acct_id"] == "6600000000001"


def test_check_without_connection_is_no_crash(
    transport: RecordingTransport, labels: WechatLabels
) -> None:
    transport.script(ACCOUNTS_PATH, OFFLINE)
    assert not labels.check().ok


def test_what_an_account_can_do(transport: RecordingTransport, clock: FakeClock) -> None:
    caller = client(transport, clock)
    source: WaybillSource = WechatLabels(caller, account())
    assert source.code == "zto"
    assert source.capabilities == {
        Capability.CREATE,
        Capability.CANCEL,
        Capability.RECONCILE,
        Capability.BALANCE,
        Capability.PRECHECK,
    }
    assert Capability.MULTI_PARCEL in WechatLabels(caller, account("SF", "sf")).capabilities


@pytest.mark.parametrize(("again", "number"), [(False, 0), (True, 1)])
def test_printed_label_is_told_once_as_first_and_then_as_reprint(
    transport: RecordingTransport, clock: FakeClock, again: bool, number: int
) -> None:
    transport.script(PRINTED_PATH, sample("ewaybill_print_notify")["response"])
    for company in ("zto", "ZTO"):
        shop(transport, clock).tell_printed(
            [PrintedNotice(KEY, company, "78900000000001", again=again)]
        )
    wanted = {**sample("ewaybill_print_notify")["request"], "re_print": number}
    assert transport.bodies(PRINTED_PATH) == [wanted, wanted]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (LOST, ReportUnclear),
        (OFFLINE, ReportLater),
        (refused(-1), ReportUnclear),
        (refused(10025011), ReportUnclear),
        (refused(10025010), ReportRefused),
        (refused(48001), ReportLater),
    ],
)
def test_notice_that_did_not_arrive_says_so(
    transport: RecordingTransport, clock: FakeClock, answer: Any, kind: type
) -> None:
    transport.script(PRINTED_PATH, answer)
    (outcome,) = shop(transport, clock).tell_printed([PrintedNotice(KEY, "zto", "1")])
    assert isinstance(outcome, kind)


def test_no_outcome_shows_the_receiver(transport: RecordingTransport, labels: WechatLabels) -> None:
    clear = Address(name="林晓", phone="18300002807", province="福建省", address="示例路1号")
    wanted: Booking = booking(receiver=clear, sender=WAREHOUSE)
    for answer in (CREATED, refused(47001, '"林晓" 18300002807'), refused(-2, "林晓 18300002807")):
        transport.script(CREATE_PATH, answer)
        shown = f"{wanted!r} {labels.create(wanted)!r}"
        assert "18300002807" not in shown
        assert "林晓" not in shown
