"""Keys that never come back, on any bench."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.keys import EPOCH, attempt_key, new_key

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_key_is_decimal_text_of_at_most_19_digits() -> None:
    for moment in (EPOCH, NOW, datetime(2089, 1, 1, tzinfo=UTC)):
        key = new_key(moment)
        assert key.isdecimal()
        assert len(key) <= 19
        assert int(key) < 2**63


def test_keys_of_one_millisecond_differ() -> None:
    assert len({new_key(NOW) for _ in range(1000)}) > 995


def test_later_keys_are_larger() -> None:
    assert int(new_key(NOW + timedelta(milliseconds=1))) > int(new_key(NOW)) - 2**22


def test_attempts_use_letters_digits_and_underscore_only() -> None:
    assert attempt_key("123", 1) == "123"
    assert attempt_key("123", 2) == "123_2"
    with pytest.raises(ValueError, match="count from 1"):
        attempt_key("123", 0)


def test_a_clock_before_2020_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        new_key(datetime(2019, 12, 31, tzinfo=UTC))
