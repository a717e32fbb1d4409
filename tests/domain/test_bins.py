"""Bins are walked as a person counts, and their label is told from every other code."""

from __future__ import annotations

from app.domain.bins import bin_code, read_bin, walking_key


def test_bins_are_walked_as_a_person_counts() -> None:
    wanted = ["2", "10", "A", "A-2", "A-2-1", "a-10", "A-10-2", "B-1", "茶-3", "茶-20", ""]
    mixed = sorted(wanted, key=len)
    assert sorted(mixed, key=walking_key) == wanted


def test_full_width_and_odd_digits_compare_with_the_others() -> None:
    assert sorted(["A-１０", "A-²", "A-2", "-"], key=walking_key)[0] == "-"
    assert walking_key("A-１０") == walking_key("A-10")


def test_a_bins_code_is_read_as_that_bin() -> None:
    for place in ("A-01-3", "茶叶区-03", "b 7"):
        assert read_bin(bin_code(place)) == place
    assert read_bin("bin-A-1") == "A-1"


def test_no_other_code_is_a_bin() -> None:
    for code in ("", "BIN-", "BIN-  ", "SF1234567890123", "CMD-UNDO", "6901234567892", "A-01-3"):
        assert read_bin(code) is None
