"""Scanned codes: the number in them and the carriers they may belong to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recognition import (
    Confidence,
    YundaBarcode,
    is_sf_check_digit_right,
    normalise,
    read_waybill,
    sf_check_digit,
    split_yunda_barcode,
)
from tests.carriers.samples import sample, vectors

_RULES = sample("waybill_detection")


@pytest.mark.parametrize("fixture", _RULES["fixtures"], ids=lambda f: f[0])
def test_every_known_code_names_its_carrier_and_number(fixture: list[str]) -> None:
    scanned, expected = fixture
    carrier, _, number = expected.partition(" ")
    found = read_waybill(scanned)
    assert (found.carrier, found.number) == (carrier.lower(), number or scanned)


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        (" sf7444496931331\r\n", "SF7444496931331"),
        ("*SF7444496931331*", "SF7444496931331"),
        ("4060005469862 ", "4060005469862"),
        ("JDVE00012345678", "JDVE00012345678"),
        ("\x02YT1234567890123\x03", "YT1234567890123"),
        (
            "MMM={'k1':'020W','k2':'020CK','k3':'','k4':'T801','k5':'SF7444496931331','k6':'',"
            "'k7':'fe62b871'}",
            "SF7444496931331",
        ),
        ("MMM={'k1':'020W'}", "MMM={'K1':'020W'}"),
        ("999999999999999999", "999999999999999999"),
        ("A/B", "A/B"),
        ("", ""),
    ],
)
def test_what_labels_print_around_a_number_is_taken_off(scanned: str, number: str) -> None:
    assert normalise(scanned) == number


@pytest.mark.parametrize(
    ("number", "carrier", "confidence"),
    [
        ("SF0000000000000", "sf", Confidence.CERTAIN),
        ("YT1234567890123456", "yto", Confidence.CERTAIN),
        ("DPK123456789012", "dbl", Confidence.MEDIUM),
        ("771234567890123", "sto", Confidence.STRONG),
        ("78123456789012", "zto", Confidence.STRONG),
        ("75123456789012", "zto", Confidence.STRONG),
        ("311234567890123", "yunda", Confidence.MEDIUM),
        ("3112345678901", "yunda", Confidence.MEDIUM),
        ("3212345678901", "yunda", Confidence.WEAK),
        ("9812345678901", "ems", Confidence.WEAK),
        ("8812345678901", "sto", Confidence.WEAK),
    ],
)
def test_every_range_has_its_carrier(number: str, carrier: str, confidence: Confidence) -> None:
    found = read_waybill(number)
    assert (found.carrier, found.candidates[0].confidence) == (carrier, confidence)


def test_yundas_sorter_barcode_splits_into_number_routing_and_digit() -> None:
    [vector] = vectors("yunda_mailno_barcode", "official")
    expected = vector["expected"]
    assert split_yunda_barcode(vector["inputs"]["scanned"]) == YundaBarcode(
        expected["mailno"], expected["routing4"], expected["tail"]
    )
    assert split_yunda_barcode("40600054698620424") is None
    assert split_yunda_barcode("906000546986204240") is None


@pytest.mark.parametrize("vector", vectors("sf_waybill_check_digit"), ids=lambda v: v["id"])
def test_every_check_digit_vector_is_met(vector: dict[str, Any]) -> None:
    number = vector["inputs"]["waybillNo"]
    assert sf_check_digit(number) == vector["expected"]["computed"]
    assert is_sf_check_digit_right(number) is vector["expected"]["valid"]


def test_a_wrong_check_digit_warns_and_does_not_reject() -> None:
    found = read_waybill("SF7444496931332")
    assert (found.carrier, found.check_digit_ok) == ("sf", False)


@pytest.mark.parametrize("number", ["SF74444969313311", "44400307789", "", "SFX", "44400307789X"])
def test_what_is_no_sf_number_has_no_check_digit(number: str) -> None:
    assert sf_check_digit(number) is None
    assert sf_check_digit("４４４００３０７７８９８") is None
    assert not is_sf_check_digit_right("")


def test_twelve_digits_are_sf_only_with_a_right_check_digit() -> None:
    right, wrong = read_waybill("444003077898"), read_waybill("444003077897")
    assert right.carrier == "sf"
    assert wrong.candidates[0].confidence is Confidence.WEAK
    assert (right.check_digit_ok, wrong.check_digit_ok) == (True, False)


def test_a_number_in_several_ranges_keeps_every_candidate() -> None:
    found = read_waybill("4412345678901")
    assert {c.carrier for c in found.candidates} == {"yunda", "sto"}
    assert found.carrier == "yunda"
    assert read_waybill("5012345678901").carrier == ""


def test_the_box_suffix_of_jd_is_kept_apart() -> None:
    found = read_waybill("jdve00012345678-2-3-")
    assert (found.number, found.package_code) == ("JDVE00012345678", "JDVE00012345678-2-3-")


def test_an_sku_code_belongs_to_nobody() -> None:
    found = read_waybill("LJ-TEJI-250G")
    assert (found.number, found.candidates, found.check_digit_ok) == ("LJ-TEJI-250G", (), None)


@given(st.text())
def test_no_scan_whatever_raises(scanned: str) -> None:
    found = read_waybill(scanned)
    assert found.number == normalise(scanned)
    assert found.carrier in {"", *(candidate.carrier for candidate in found.candidates)}
