"""Keys that never come back, on any bench."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.keys import EPOCH, SLOTS, KeyMaker, attempt_key, new_key

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


def test_programs_with_slots_of_their_own_never_make_the_same_key() -> None:
    """All in one millisecond, and far more than fit into one."""
    made: list[str] = []
    for slot in (0, 1, 77, SLOTS - 1):
        maker = KeyMaker()
        maker.use_slot(slot)
        keys = [maker.key(NOW) for _ in range(40_000)]
        assert [int(k) for k in keys] == sorted(int(k) for k in keys)
        assert {int(k) % SLOTS for k in keys} == {slot}
        assert max(len(k) for k in keys) <= 19
        made += keys
    assert len(set(made)) == len(made)


def test_a_program_that_gets_a_slot_goes_on_behind_its_earlier_keys() -> None:
    maker = KeyMaker()
    before = int(maker.key(NOW))
    maker.use_slot(5)
    after = int(maker.key(NOW - timedelta(seconds=1)))
    assert after > before
    assert after % SLOTS == 5
    with pytest.raises(ValueError, match="slots"):
        maker.use_slot(SLOTS)


def test_a_slot_leaves_a_program_that_starts_again_new_keys() -> None:
    """Same slot, same millisecond: 15 bits are still drawn."""
    makers = [KeyMaker() for _ in range(200)]
    for maker in makers:
        maker.use_slot(3)
    assert len({m.key(NOW) for m in makers}) > 195
