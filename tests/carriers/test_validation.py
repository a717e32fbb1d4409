"""What is seen to be wrong before a carrier is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carriers.receivers import Shown, is_same_receiver
from app.carriers.sf.wire import LIMITS as SF_LIMITS
from app.carriers.validation import Limits, ready
from app.carriers.wire_json import encode
from app.carriers.zto.wire import LIMITS as ZTO_LIMITS
from app.domain.address import Address
from app.domain.waybills import Booking, Goods, ProblemClass, Rejected
from tests.carriers.samples import sf_booking


def to(**changes: Any) -> Booking:
    booking = sf_booking()
    return replace(booking, receiver=replace(booking.receiver, **changes))


def passed(booking: Booking, limits: Limits = ZTO_LIMITS) -> Booking:
    prepared = ready(booking, limits)
    assert isinstance(prepared, Booking), prepared
    return prepared


def refused(booking: Booking, limits: Limits = ZTO_LIMITS) -> tuple[ProblemClass, str]:
    outcome = ready(booking, limits)
    assert isinstance(outcome, Rejected)
    assert str(outcome.problem.remedy)
    return outcome.problem.kind, str(outcome.problem.message)


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("1380000000", "The receiver's phone number is one digit short."),
        ("138000000021", "The receiver's phone number has one digit too many."),
        ("12345678901", "The receiver's phone number is not a phone number."),
        ("123", "The receiver's phone number is not a phone number."),
        ("26001", "The receiver's phone number is too short."),
        ("", "The receiver has no phone number."),
        ("没有", "The receiver has no phone number."),
        ("0755-26001234-12345678", "The receiver's phone number is not a phone number."),
    ],
)
def test_a_wrong_phone_number_says_what_is_wrong(phone: str, said: str) -> None:
    assert refused(to(phone=phone)) == (ProblemClass.PHONE, said)


@pytest.mark.parametrize(
    ("phone", "sent"),
    [
        ("13800000002", "13800000002"),
        ("138 0000 0002", "13800000002"),
        ("138-0000-0002", "13800000002"),
        ("+86 13800000002", "13800000002"),
        ("0086-13800000002", "13800000002"),
        ("１３８００００００02", "13800000002"),
        ("0755-26001234", "0755-26001234"),
        ("075526001234", "075526001234"),
        ("0755-26001234-801", "0755-26001234-801"),
        ("400-820-8820", "400-820-8820"),
        ("26001234", "26001234"),
    ],
)
def test_phones_are_cleaned_and_land_lines_pass(phone: str, sent: str) -> None:
    assert passed(to(phone=phone)).receiver.phone == sent


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " \u200b"}, "The receiver has no name."),
        ({"name": "😀"}, "The receiver has no name."),
        ({"name": "张" * 101}, "The receiver's name is too long."),
        ({"province": ""}, "The receiver's address has no province or city."),
        ({"city": " "}, "The receiver's address has no province or city."),
        ({"district": ""}, "The receiver's address has no district."),
        ({"address": "", "street": ""}, "The receiver's address has no street."),
        ({"address": "路" * 201}, "The receiver's address is too long."),
    ],
)
def test_an_incomplete_address_says_what_is_missing(changes: dict[str, str], said: str) -> None:
    assert refused(to(**changes)) == (ProblemClass.FIX_ADDRESS, said)


def test_cities_without_districts_let_the_town_stand_in() -> None:
    place = {"province": "广东省", "city": "东莞市", "district": "", "street": "长安镇"}
    assert passed(to(**place)).receiver.city == "东莞市"
    assert passed(to(district=""), SF_LIMITS).receiver.district == ""


def test_texts_are_cleaned_of_what_labels_cannot_show() -> None:
    booking = to(name="张\u200b三 😀", address="连云路\n169号\ud800", street="　联和街道\u00a0")
    person = passed(booking).receiver
    assert (person.name, person.address, person.street) == ("张三", "连云路 169号", "联和街道")


def test_a_rare_character_of_a_name_is_kept() -> None:
    assert passed(to(name="𠮷田")).receiver.name == "𠮷田"


def test_long_remarks_and_goods_names_are_cut_not_refused() -> None:
    booking = replace(
        to(), remark="轻" * 150, goods=(Goods("茶" * 200, 1, 100, 100), Goods(" ", 1, 1, 1))
    )
    prepared = passed(booking)
    assert (len(prepared.remark), [len(g.name) for g in prepared.goods]) == (100, [128])


@pytest.mark.parametrize("goods", [(), (Goods("  ", 1, 1, 1),), (Goods("茶", 0, 1, 1),)])
def test_a_parcel_has_goods_with_names(goods: tuple[Goods, ...]) -> None:
    assert refused(replace(to(), goods=goods))[1] == "The parcel has no goods with a name."


def test_a_parcel_has_a_weight_or_the_account_has_one_for_it() -> None:
    weightless = replace(to(), weight_g=0)
    assert refused(weightless)[1] == "The parcel has no weight."
    prepared = ready(weightless, ZTO_LIMITS, default_weight_g=1000)
    assert isinstance(prepared, Booking)
    assert prepared.weight_g == 1000


@pytest.mark.parametrize(
    ("boxes", "weight_g", "limits"),
    [(2, 9000, ZTO_LIMITS), (2, 6000, SF_LIMITS), (308, 900_000, SF_LIMITS)],
)
def test_boxes_beyond_what_one_booking_takes_are_refused(
    boxes: int, weight_g: int, limits: Limits
) -> None:
    kind, said = refused(replace(to(), box_count=boxes, weight_g=weight_g), limits)
    assert kind is ProblemClass.PRODUCT_OR_VAS
    assert said.startswith("SF Express")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"name": ""}, ProblemClass.FIX_ADDRESS),
        ({"address": ""}, ProblemClass.FIX_ADDRESS),
        ({"phone": "123"}, ProblemClass.PHONE),
    ],
)
def test_an_incomplete_sender_points_to_the_settings(
    changes: dict[str, Any], kind: ProblemClass
) -> None:
    booking = to()
    outcome = ready(replace(booking, sender=replace(booking.sender, **changes)), ZTO_LIMITS)
    assert isinstance(outcome, Rejected)
    assert outcome.problem.kind is kind
    assert str(outcome.problem.remedy) == "Complete the sender in the settings."


def test_a_key_no_carrier_takes_is_our_bug() -> None:
    with pytest.raises(ValueError, match="key"):
        ready(replace(to(), key="a b"), ZTO_LIMITS)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_whatever_ends_in_a_verdict(
    name: str, phone: str, address: str, remark: str
) -> None:
    booking = replace(to(name=name, phone=phone, address=address), remark=remark)
    prepared = ready(booking, ZTO_LIMITS)
    if isinstance(prepared, Booking):
        encode([prepared.receiver.name, prepared.receiver.address, prepared.remark])
    else:
        assert prepared.problem.code in {"masked", "check_address", "check_phone"}


_SENT = Address(name="张三", phone="138-0000-0002", street="联和街道", address="连云路169号")


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        (Shown(), None),
        (Shown(name=" ", phones=("", "")), None),
        (Shown(name="张三", phones=("13800000002",)), True),
        (Shown(phones=("+86 138 0000 0002",)), True),
        (Shown(phones=("0086138****0002",)), True),
        (Shown(name="张**", phones=("138****0002", "")), True),
        (Shown(name="张三", phones=("0755-26001234", "13800000002")), True),
        (Shown(name="李四", phones=("13800000002",)), False),
        (Shown(name="张三", phones=("13900000002",)), False),
        (Shown(phones=("*******0009",)), False),
        (Shown(address="广东省广州市黄埔区联和街道连云路169号"), True),
        (Shown(address="骏业路255号"), False),
        (Shown(name="张三", address="骏业路255号"), True),
    ],
)
def test_a_shown_receiver_is_compared_through_its_mask(shown: Shown, same: bool | None) -> None:
    assert is_same_receiver(_SENT, shown) is same
