"""What a label and a screen may show of a person."""

from __future__ import annotations

import pytest

from app.domain.address import Address
from app.domain.privacy import (
    Masking,
    for_label,
    for_screen,
    mask_address_text,
    mask_name,
    mask_phone,
    refusal_without_person,
    sender_for_label,
    sentence_without_person,
)
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass

RECEIVER = Address(
    name="龘晓",
    phone="13900001153",
    province="广东省",
    city="佛山市",
    district="顺德区",
    address="示例大道 1288 号 2 幢",
)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13900001153", "139****1153"),
        ("139****1153", "139****1153"),
        ("0571-80000000", "0571-****0000"),
        ("057180000000", "0571-****0000"),
        ("02180000341", "021-****0341"),
        ("", ""),
        ("12345", "****2345"),
        ("110", "****"),
    ],
)
def test_a_phone_keeps_its_ends_only(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_a_name_keeps_its_first_character_and_a_masked_one_stays() -> None:
    assert mask_name("龘晓") == "龘**"
    assert mask_name("林**") == "林**"
    assert mask_name("") == ""


def test_a_label_shows_the_address_in_full_and_a_screen_does_not() -> None:
    label = for_label(RECEIVER, Masking.STANDARD)
    assert (label.name, label.phone, label.address) == (
        "龘**",
        "139****1153",
        "示例大道 1288 号 2 幢",
    )
    assert for_screen(RECEIVER).address == "示例大道 1** 号 2** 幢"
    assert mask_address_text("A12-3") == "A1**-3**"


def test_what_came_masked_is_shown_as_it_came() -> None:
    masked = Address(name="林**", phone="183****2807", address="****", masked=True)
    assert for_label(masked, Masking.STANDARD) == masked
    assert for_screen(masked) == masked


def test_the_strength_is_a_setting() -> None:
    assert for_label(RECEIVER, Masking.NONE) == RECEIVER
    assert for_label(RECEIVER, Masking.NAME_ONLY).phone == RECEIVER.phone


def test_our_own_name_stays_readable() -> None:
    shop = Address(name="山野集", phone="057180000000")
    shown = sender_for_label(shop, Masking.STANDARD)
    assert (shown.name, shown.phone) == ("山野集", "0571-****0000")


def test_an_address_does_not_show_a_person_in_its_repr() -> None:
    assert "龘" not in repr(RECEIVER)
    assert "1153" not in repr(RECEIVER)
    assert "1288" not in repr(RECEIVER)


def test_a_refusal_is_kept_without_the_person_it_speaks_of() -> None:
    said = f"{RECEIVER.name} {RECEIVER.phone} 010-87654321 {RECEIVER.address} 超区"
    inner = T("The carrier gave no number: {said}", said=said)
    refused = Problem(
        ProblemClass.OTHER, "145003010", said, T("{a}, {said}", a=inner, said=said), T("Look.")
    )
    kept = refusal_without_person(refused, RECEIVER)
    shown = f"{kept.said} {kept.message} {kept.message.as_json()}"
    assert "超区" in shown
    for secret in (RECEIVER.name, RECEIVER.phone, RECEIVER.address, "87654321"):
        assert secret not in shown
    coded = T("J&T: {code}", code="145003010")
    assert sentence_without_person(coded, RECEIVER) == coded, "our own values stay"
