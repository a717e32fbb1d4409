"""A price table gives exact fees: at every step, and never less for more weight."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.prices import PriceTable, Zone, as_record, estimate, from_record, in_force, price

NEAR = Zone("near", 1000, 320, 1000, 80, provinces=("浙江省", "上海市"))
CITY = Zone("city", 1000, 300, 500, 50, cities=("杭州市",))
FAR = Zone("far", 1000, 1200, 1000, 1000, provinces=("西藏自治区",), per_parcel_fen=30)
REST = Zone("rest", 1000, 400, 1000, 150)
TABLE = PriceTable("zto 2026", "zto", (REST, NEAR, CITY, FAR))

zones = st.builds(
    Zone,
    name=st.just("z"),
    first_g=st.integers(0, 5000),
    first_fen=st.integers(0, 5000),
    further_g=st.integers(0, 3000),
    further_fen=st.integers(0, 3000),
    per_parcel_fen=st.integers(0, 500),
)


@pytest.mark.parametrize(
    ("place", "weight_g", "fen", "zone"),
    [
        (("浙江", "宁波市"), 1000, 320, "near"),
        (("浙江", "宁波市"), 1001, 400, "near"),
        (("浙江", "宁波市"), 2000, 400, "near"),
        (("浙江省", "杭州"), 1001, 350, "city"),
        (("西藏", "拉萨市"), 1, 1230, "far"),
        (("西藏", "拉萨市"), 3000, 3230, "far"),
        (("海南省", "海口市"), 2500, 700, "rest"),
    ],
)
def test_fees_are_exact_at_the_steps(
    place: tuple[str, str], weight_g: int, fen: int, zone: str
) -> None:
    fee = estimate(TABLE, *place, weight_g)
    assert fee is not None
    assert (fee.fen, fee.zone) == (fen, zone)


@given(zone=zones, weight_g=st.integers(1, 100_000), more=st.integers(0, 50_000))
def test_more_weight_never_costs_less(zone: Zone, weight_g: int, more: int) -> None:
    assert price(zone, weight_g) <= price(zone, weight_g + more)


@given(zone=zones, weight_g=st.integers(1, 100_000))
def test_a_fee_is_the_first_weight_and_whole_steps(zone: Zone, weight_g: int) -> None:
    further = price(zone, weight_g) - zone.first_fen - zone.per_parcel_fen
    assert further >= 0
    if zone.further_g and zone.further_fen:
        steps, rest = divmod(further, zone.further_fen)
        assert rest == 0
        paid_for = zone.first_g + steps * zone.further_g
        assert weight_g <= paid_for
        assert steps == 0 or paid_for - zone.further_g < weight_g
    else:
        assert further == 0


def test_bands_of_weight_meet_without_a_gap() -> None:
    light = Zone("light", 500, 250, max_weight_g=500)
    heavy = Zone("heavy", 1000, 300, 1000, 100, min_weight_g=500)
    table = PriceTable("t", "zto", (light, heavy))
    found = [estimate(table, "浙江省", "", g) for g in (500, 501, 2500)]
    assert [(f.zone, f.fen) for f in found if f] == [
        ("light", 250),
        ("heavy", 300),
        ("heavy", 500),
    ]
    only_light = PriceTable("t", "zto", (light,))
    assert estimate(only_light, "浙江省", "", 501) is None


def test_a_large_light_parcel_pays_for_its_volume() -> None:
    table = PriceTable("t", "sf", (REST,), volume_divisor=6000)
    fee = estimate(table, "浙江省", "", 400, volume_cm3=12_001)
    assert fee is not None
    assert (fee.charged_g, fee.fen) == (2001, 700)


def test_the_accounts_own_and_latest_table_counts() -> None:
    old = PriceTable("old", "zto", (REST,), valid_from=date(2025, 1, 1))
    new = PriceTable("new", "zto", (REST,), valid_from=date(2026, 4, 1))
    own = PriceTable("own", "zto-2", (REST,))
    found = [
        in_force([old, new, own], account, "zto", day)
        for account, day in (
            ("zto-1", date(2026, 3, 31)),
            ("zto-1", date(2026, 4, 1)),
            ("zto-2", date(2026, 4, 1)),
            ("zto-1", date(2024, 1, 1)),
        )
    ]
    assert [t.name if t else None for t in found] == ["old", "new", "own", None]


def test_a_table_comes_back_as_it_was_kept() -> None:
    table = PriceTable("t", "sf", (NEAR, FAR, REST), 6000, 120, date(2026, 3, 1))
    assert from_record("t", "sf", as_record(table)) == table
