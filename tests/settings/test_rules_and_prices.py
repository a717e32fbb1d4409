"""Rules in full and price tables, as a file writes them; what is wrong is named with its line."""

from __future__ import annotations

from datetime import date

import pytest

from tests.settings.test_parsing import only, parse, problems

RULE = '[[rule]]\nname = "r"\nwhen = {{ {when} }}\nthen = {{ carrier = "sf"{then} }}\n'
PRICE = '[[price]]\nname = "p"\naccount = "zto"\n{more}\nzones = [{{ {zone} }}]\n'
ZONE = 'name = "z", first_g = 1000, first_fen = 320'


def test_a_rule_in_full() -> None:
    text = RULE.format(
        when='street = "示例路", sku_all = ["A", "B"], buyer_words = "急", seller_words = "快", '
        'pieces_min = 2, pieces_max = 9, from_time = "16:30", to_time = "9:00", weekday = [6, 7]',
        then=', product = "2", min_balance = 50',
    )
    (rule,) = parse(text).rules or ()
    assert rule.when == {
        "street": ["示例路"],
        "sku_all": ["A", "B"],
        "buyer_words": ["急"],
        "seller_words": ["快"],
        "pieces_min": 2,
        "pieces_max": 9,
        "from_time": "16:30",
        "to_time": "9:00",
        "weekday": ["6", "7"],
    }
    assert (rule.product, rule.min_balance) == ("2", 50)


@pytest.mark.parametrize(
    ("when", "then", "says"),
    [
        ('from_time = "25:00"', "", "from_time"),
        ('to_time = "noon"', "", "to_time"),
        ("weekday = [0]", "", "weekday"),
        ("weekday = []", "", "weekday"),
        ("pieces_min = -1", "", "pieces_min"),
        ('buyer_word = "x"', "", "unknown key “buyer_word”"),
        ("", ", min_balanse = 1", "unknown key “min_balanse”"),
        ("", ', min_balance = "x"', "min_balance"),
    ],
)
def test_a_wrong_rule_names_the_line(when: str, then: str, says: str) -> None:
    line, message, remedy = only(RULE.format(when=when, then=then))
    assert line == (3 if when else 4)
    assert says in message
    assert remedy


def test_the_nearest_condition_is_named() -> None:
    assert "buyer_words" in only(RULE.format(when='buyer_word = "x"', then=""))[2]


def test_a_price_table_in_full() -> None:
    zone = (
        'name = "near", provinces = ["浙江省"], cities = ["上海市"], first_g = 1000, '
        "first_fen = 320, further_g = 500, further_fen = 50, per_parcel_fen = 10, "
        "min_weight_g = 100, max_weight_g = 3000"
    )
    more = "valid_from = 2026-03-01\nvolume_divisor = 6000\npackaging_g = 100"
    (table,) = parse(PRICE.format(more=more, zone=zone)).prices or ()
    assert (table.name, table.account, table.valid_from) == ("p", "zto", date(2026, 3, 1))
    assert (table.volume_divisor, table.packaging_g) == (6000, 100)
    (found,) = table.zones
    assert (found.provinces, found.cities, found.max_weight_g) == (("浙江省",), ("上海市",), 3000)
    assert (found.first_g, found.first_fen, found.further_g, found.further_fen) == (
        1000,
        320,
        500,
        50,
    )
    text = PRICE.format(more='valid_from = "2026-03-01"', zone=ZONE)
    assert (parse(text).prices or ())[0].valid_from == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("more", "zone", "says"),
    [
        ("", 'name = "z", first_fen = 320', "no first_g"),
        ("", 'name = "z", first_g = 1000', "no first_fen"),
        ("", f"{ZONE}, further_fen = 80", "further_fen"),
        ("", f"{ZONE}, min_weight_g = 5, max_weight_g = 5", "No weight"),
        ("", f"{ZONE}, frist_g = 5", "unknown key “frist_g”"),
        ("", f"{ZONE}, provinces = [1]", "provinces"),
        ("", f"{ZONE}, provinces = ['上海', '西臧']", "“西臧” is no province"),
        ('valid_from = "spring"', ZONE, "valid_from"),
        ("volume_divisor = -1", ZONE, "volume_divisor"),
        ("packing_g = 1", ZONE, "unknown key “packing_g”"),
    ],
)
def test_a_wrong_price_table_names_the_line(more: str, zone: str, says: str) -> None:
    line, message, remedy = only(PRICE.format(more=more, zone=zone))
    assert line == (4 if more else 5)
    assert says in message
    assert remedy


def test_prices_without_zones_or_for_nobody_are_refused() -> None:
    assert "no zones" in only('[[price]]\nname = "p"\naccount = "zto"\n')[1]
    carriers = '[[carrier]]\nname = "zto-1"\ncarrier = "zto"\napp_secret = "invented"\n'
    text = carriers + PRICE.format(more="", zone=ZONE).replace('"zto"', '"zto-l"')
    _line, message, remedy = next(p for p in problems(text) if "zto-l" in p[1])
    assert "neither an account" in message
    assert "zto-1" in remedy
    platform = PRICE.format(more="", zone=ZONE).replace('"zto"', '"20001"')
    assert parse(platform).prices


def test_places_that_do_not_exist_have_no_effect_and_are_named() -> None:
    rule = (
        '[[rule]]\nname = "r"\nwhen = { province = ["西藏", "Tibet"] }\nthen = { carrier = "sf" }\n'
    )
    assert "“Tibet” is no province" in only(rule)[1]
    place = '[[reach]]\ncarrier = "zto"\nprovince = "{}"\n'
    assert "“西臧” is no province" in only(place.format("西臧"))[1]
    assert [r.province for r in parse(place.format("内蒙古")).reach or ()] == ["内蒙古"]


def test_a_place_names_an_account_of_its_company() -> None:
    carriers = '[[carrier]]\nname = "zto-1"\ncarrier = "zto"\napp_secret = "invented"\n'
    place = '[[reach]]\ncarrier = "zto"\nprovince = "西藏"\naccount = "{}"\n'
    said = [message for _line, message, _remedy in problems(carriers + place.format("zto-l"))]
    assert any("“zto-l” is no account with zto" in message for message in said)
    said = [message for _line, message, _remedy in problems(carriers + place.format("zto-1"))]
    assert not any("is no account" in message for message in said)
