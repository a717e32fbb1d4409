"""Keys made in one program: unique and growing, also a thousand in one millisecond."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from app.domain.keys import EPOCH, KeyMaker

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_keys_of_one_millisecond_never_meet() -> None:
    maker = KeyMaker()
    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda _: maker.key(NOW), range(20_000)))
    assert len(set(keys)) == len(keys)


def test_keys_grow_even_when_the_clock_goes_back() -> None:
    maker = KeyMaker()
    times = [NOW, NOW + timedelta(seconds=1), NOW, NOW - timedelta(hours=1)]
    keys = [int(maker.key(at)) for at in times]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_key_tells_its_millisecond_and_fits_nineteen_digits() -> None:
    key = KeyMaker().key(NOW)
    assert len(key) <= 19
    assert (int(key) >> 22) == int((NOW - EPOCH).total_seconds() * 1000)


def test_two_programs_do_not_make_the_same_keys() -> None:
    assert not {KeyMaker().key(NOW) for _ in range(3)} & {KeyMaker().key(NOW) for _ in range(3)}
