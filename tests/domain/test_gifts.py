"""Which order gets a gift, and how many pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.gifts import (
    Bought,
    BoughtLine,
    GiftRule,
    bought_line,
    conditions_of,
    pieces_due,
    read_conditions,
)

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ORDER = Bought("main", AT, (BoughtLine("TEA", 3, 9_000), BoughtLine("CUP", 1, 2_000)))


@pytest.mark.parametrize(
    ("conditions", "pieces"),
    [
        ({}, 2),
        ({"each": True}, 8),
        ({"skus": frozenset({"TEA"}), "each": True}, 6),
        ({"skus": frozenset({"POT"})}, 0),
        ({"shops": frozenset({"main"})}, 2),
        ({"shops": frozenset({"other"})}, 0),
        ({"least_fen": 11_000}, 2),
        ({"least_fen": 11_001}, 0),
        ({"skus": frozenset({"TEA"}), "least_fen": 9_001}, 0),
        ({"least_pieces": 4}, 2),
        ({"skus": frozenset({"TEA"}), "least_pieces": 4}, 0),
        ({"starts_at": AT, "ends_at": AT + timedelta(seconds=1)}, 2),
        ({"ends_at": AT}, 0),
        ({"starts_at": AT + timedelta(seconds=1)}, 0),
    ],
)
def test_every_condition_must_hold(conditions: dict[str, Any], pieces: int) -> None:
    rule = GiftRule("r", "spring", "gift", 2, **conditions)
    assert pieces_due(rule, ORDER) == pieces
    if {"starts_at", "ends_at"} & set(conditions):
        assert pieces_due(rule, ORDER, any_time=True) == 2


def test_an_order_of_which_nothing_is_left_gets_nothing() -> None:
    line = bought_line("TEA", 3, 3, 2, 9_000)
    assert line == BoughtLine("TEA", 0, 0)
    assert pieces_due(GiftRule("r", "all", "gift"), Bought("main", AT, [line])) == 0
    assert bought_line("TEA", 3, 1, 2, 9_000) == BoughtLine("TEA", 4, 6_000)


def test_conditions_are_kept_as_they_are() -> None:
    rule = GiftRule("r", "x", "g", shops=frozenset({"b", "a"}), least_fen=5)
    assert conditions_of(rule) == {"shops": ["a", "b"], "least_fen": 5}
    assert GiftRule("r", "x", "g", **read_conditions(conditions_of(rule))) == rule
