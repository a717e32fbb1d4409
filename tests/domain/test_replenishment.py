"""How long goods last and what to order, by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.replenishment import Figures, day_rate, days_left, sells_out_at, to_order
from app.domain.weights import learnt_weight

NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
STEADY = Figures(
    available=24,
    in_transit=0,
    owed=0,
    safety=80,
    lead_days=7,
    pack_quantity=1,
    rate=10_000,
    sold_month=280,
    days_known=28,
)


@pytest.mark.parametrize(
    ("week", "month", "known", "rate"),
    [
        (70, 280, 28, 10_000),
        (0, 280, 28, 4_000),  # this week stands for more than half
        (14, 14, 28, 1_400),
        (6, 6, 2, 3_000),  # here for two days only
        (0, 0, 28, 0),
        (5, 5, 0, 0),
        (-2, -2, 28, 0),
    ],
)
def test_rate_of_sale(week: int, month: int, known: int, rate: int) -> None:
    assert day_rate(week, month, known) == rate


@pytest.mark.parametrize(
    ("available", "rate", "left"),
    [(24, 10_000, 2.4), (0, 10_000, 0.0), (-3, 0, 0.0), (24, 0, None), (0, 0, None)],
)
def test_days_left(available: int, rate: int, left: float | None) -> None:
    assert days_left(available, rate) == left


def test_the_moment_it_sells_out() -> None:
    assert sells_out_at(NOW, 24, 10_000) == NOW + timedelta(days=2.4)
    assert sells_out_at(NOW, 24, 0) is None


def test_an_order_fills_the_mark_and_lasts_until_the_next_one() -> None:
    order = to_order(STEADY)
    assert order is not None
    assert order.quantity == 80 + 10 * 14 - 24
    assert "10.0 sell a day" in str(order.reason)


def test_whole_packs_are_ordered() -> None:
    order = to_order(replace(STEADY, pack_quantity=24))
    assert order is not None
    assert order.quantity == 216


@pytest.mark.parametrize(
    "enough",
    [
        replace(STEADY, available=150),
        replace(STEADY, in_transit=126),
        replace(STEADY, rate=0, safety=24),
        replace(STEADY, rate=0, safety=0, available=0),
    ],
)
def test_enough_is_not_ordered(enough: Figures) -> None:
    assert to_order(enough) is None


def test_what_orders_wait_for_is_ordered_although_nothing_was_sold() -> None:
    order = to_order(replace(STEADY, rate=0, safety=0, available=0, owed=5))
    assert order is not None
    assert order.quantity == 5
    assert "5 pieces" in str(order.reason)


def test_few_sales_are_said_to_be_few() -> None:
    order = to_order(replace(STEADY, sold_month=4))
    assert order is not None
    assert "Few sales" in str(order.reason)


@given(
    st.integers(-50, 500),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 60),
    st.integers(1, 50),
    st.integers(0, 50_000),
)
def test_after_an_order_nothing_more_is_ordered(
    available: int, coming: int, owed: int, safety: int, lead: int, pack: int, rate: int
) -> None:
    figures = Figures(available, coming, owed, safety, lead, pack, rate, 100, 28)
    order = to_order(figures)
    if order is not None:
        assert order.quantity > 0
        assert order.quantity % pack == 0
        assert to_order(replace(figures, in_transit=coming + order.quantity)) is None


@pytest.mark.parametrize(
    ("grams", "learnt"),
    [
        ([], None),
        ([0], None),
        ([520], (520, 1)),
        ([520, 522, 518, 5200], (520, 3)),  # two parcels on the scales
        ([520, 521, 519, 3], (520, 3)),
        ([100] * 20 + [900] * 20, (100, 20)),  # the last twenty, newest first
    ],
)
def test_weight_out_of_weighings(grams: list[float], learnt: tuple[int, int] | None) -> None:
    assert learnt_weight(grams) == learnt
