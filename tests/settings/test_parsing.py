"""Right files come through; every wrong one names the key, the line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.settings import Config, ConfigError, parse_config, read_config
from tests.settings.adapters import ADAPTERS

EXAMPLE = Path(__file__).parents[1] / "data" / "settings" / "all_sections.toml"


def parse(text: str, environ: dict[str, str] | None = None) -> Config:
    return parse_config(text.encode(), ADAPTERS, environ or {}, source="c.toml")


def problems(text: str, environ: dict[str, str] | None = None) -> list[tuple[int, str, str]]:
    """Line, message and remedy of everything wrong in ``text``."""
    with pytest.raises(ConfigError) as caught:
        parse(text, environ)
    found = []
    for problem in caught.value.problems:
        line = int(problem.ref.removeprefix("c.toml:"))
        message = str(problem.message)
        assert message.startswith(f"Line {line}: ")
        found.append((line, message.removeprefix(f"Line {line}: "), str(problem.remedy)))
    return found


def only(text: str, environ: dict[str, str] | None = None) -> tuple[int, str, str]:
    (found,) = problems(text, environ)
    return found


def test_every_section_of_the_example_is_read() -> None:
    config = read_config(EXAMPLE, ADAPTERS, {})
    assert config.database_url == "postgresql+psycopg://user@host/packbench"
    assert config.sender is not None
    assert config.sender.full == "浙江省 杭州市 余杭区 良渚街道好运路 1 号"
    (shop,) = config.shops or ()
    assert (shop.name, shop.platform, shop.values["label_route"]) == ("main", "wechat", "platform")
    assert [(c.name, c.carrier) for c in config.carriers or ()] == [
        ("sf", "sf"),
        ("zto", "zto"),
        ("yunda", "yunda"),
    ]
    bench, platform = config.printers or ()
    assert (bench.size_mm, bench.dots_per_mm, bench.documents) == ((76.0, 130.0), 8.0, ("label",))
    assert platform.language == "component"
    remote, default = config.rules or ()
    assert remote.when == {"province": ["西藏自治区", "新疆维吾尔自治区"]}
    assert (remote.carrier, default.when, default.carrier) == ("sf", {}, "zto")


def test_secrets_are_kept_apart_and_never_shown() -> None:
    config = read_config(EXAMPLE, ADAPTERS, {})
    (shop,) = config.shops or ()
    assert shop.secrets == {"app_secret": "invented-a"}
    assert not any("invented" in str(v) for v in shop.values.values())
    shown = repr(config)
    assert "invented-b" in shown  # SF's partner id is no secret
    assert not [letter for letter in "acegik" if f"invented-{letter}" in shown]


def test_sections_that_are_not_there_stay_as_they_are() -> None:
    config = parse('[[printer]]\nname = "p"\nlanguage = "zpl"\naddress = "queue:Zebra"\n')
    assert config.printers is not None
    assert (config.shops, config.carriers, config.rules, config.sender) == (None,) * 4
    assert config.database_url is None


def test_empty_file_changes_nothing() -> None:
    assert parse("") == Config()


SHOP = '[[shop]]\nname = "main"\nplatform = "wechat"\napp_id = "wx1"\n'


def test_secret_from_the_environment() -> None:
    config = parse(SHOP + 'app_secret_env = "SECRET"\n', {"SECRET": "from-outside"})
    assert (config.shops or ())[0].secrets == {"app_secret": "from-outside"}


def test_secret_kept_already_may_be_left_out() -> None:
    asked = []

    def stored(name: str) -> str:
        asked.append(name)
        return "kept"

    config = parse_config(SHOP.encode(), ADAPTERS, {}, stored)
    assert asked == ["shop.main.app_secret"]
    assert (config.shops or ())[0].secrets == {}


def test_empty_environment_variable_is_named() -> None:
    line, message, remedy = only(SHOP + 'app_secret_env = "NO"\n', {"NO": " "})
    assert line == 5
    assert "NO is empty" in message
    assert remedy == "Set it before you run this command."


def test_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    text = SHOP + 'app_secret = "s"\nstaff = 1\n'
    with pytest.raises(ConfigError) as caught:
        parse_config(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), ADAPTERS, {})
    assert caught.value.ref == "config:6"


def test_file_in_another_encoding_names_the_line() -> None:
    content = '[sender]\nname = "山野集"\n'.encode("gbk")
    with pytest.raises(ConfigError) as caught:
        parse_config(content, ADAPTERS, {})
    assert caught.value.code == "config_encoding"
    assert caught.value.ref == "config:2"


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_config(tmp_path / "none.toml", ADAPTERS, {})
    assert caught.value.code == "config_file"


@pytest.mark.parametrize(
    ("text", "line"),
    [("[sender\nname = 1", 1), ("\n\nname = \n", 3), ("a = 1\na = 2\n", 2), ("[x]\ny = 'a\n", 2)],
)
def test_broken_toml_names_the_line(text: str, line: int) -> None:
    found, message, _ = only(text)
    assert found == line
    assert message.startswith("this is not TOML")


@pytest.mark.parametrize(
    ("text", "line", "key", "near"),
    [
        ("[sendr]\n", 1, "sendr", "sender"),
        ("\nshops = 1\n", 2, "shops", "shop"),
        (
            '[sender]\nname="a"\nphone="057188888888"\nprovince="p"\ncity="c"\naddress="a"\nstret="s"',
            7,
            "stret",
            "street",
        ),
        (SHOP + 'app_secret = "s"\npoll_second = 2\n', 6, "poll_second", "poll_seconds"),
        (SHOP + 'App_Secret_Env = "s"\napp_secret = "s"\n', 5, "App_Secret_Env", "app_secret_env"),
        ('[database]\nurl = "sqlite:///x"\nurls = 1', 3, "urls", "url"),
        (
            '[[printer]]\nname="p"\nlanguage="tspl"\naddress="queue:x"\ndots_mm = 8\n',
            5,
            "dots_mm",
            "dots_per_mm",
        ),
        (
            '[[printer]]\nname="p"\nlanguage="tspl"\naddress="queue:x"\n'
            "[printer.options]\ndarknes = 8\n",
            6,
            "darknes",
            "darkness",
        ),
        (
            '[[rule]]\nname="r"\nwhen = { provinces = "x" }\nthen = { carrier = "sf" }',
            3,
            "provinces",
            "province",
        ),
        ('[[rule]]\nname="r"\nthen = { carrier = "sf", acount = "x" }', 3, "acount", "account"),
    ],
)
def test_unknown_key_names_line_and_nearest(text: str, line: int, key: str, near: str) -> None:
    found, message, remedy = only(text)
    assert found == line
    assert f"“{key}”" in message
    assert remedy == f"Did you mean “{near}”?"


PRINTER = '[[printer]]\nname = "p"\nlanguage = "tspl"\n'
RULE = '[[rule]]\nname = "r"\nthen = { carrier = "sf" }\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("sender = 1\n", 1, "must be a table"),
        ("shop = 1\n", 1, "must be a list"),
        ("[shop]\nname = 'x'\n", 1, "must be a list"),
        ("shop = [1]\n", 1, "must be a table"),
        ('[[shop]]\nname = "main"\n', 1, "has no platform"),
        ('[[shop]]\nplatform = "wechat"\n', 1, "has no name"),
        ('[[shop]]\nname = " "\nplatform = "wechat"\n', 2, "has no name"),
        ('[[shop]]\nname = "m"\nplatform = "weixin"\n', 3, "no platform that [[shop]] knows"),
        ('[[shop]]\nname = "m"\nplatform = 5\n', 3, "platform cannot be used"),
        ('[[carrier]]\nname = "a"\ncarrier = "dhl"\n', 3, "no carrier that [[carrier]] knows"),
        (SHOP, 1, "app_secret is missing"),
        (SHOP + "app_secret = 1\n", 5, "app_secret cannot be used"),
        (SHOP + 'app_secret = "s"\napp_secret_env = "S"\n', 6, "given twice"),
        (SHOP + 'app_secret_env = "S"\n', 5, "S is empty"),
        (SHOP + 'app_secret = "s"\npoll_seconds = 0\n', 6, "poll is wrong"),
        (SHOP + 'app_secret = "s"\n' + SHOP + 'app_secret = "s"\n', 7, "taken by line 2"),
        ('[database]\nurl = "mysql://x"\n', 2, "not the address of a database"),
        ('[database]\nurl = "packbench.db"\n', 2, "not the address of a database"),
        (PRINTER, 1, "has no address"),
        (PRINTER + 'address = "192.168.1.5:9100"\n', 4, "address cannot be used"),
        (PRINTER + 'address = "tcp://h:port"\n', 4, "address cannot be used"),
        (PRINTER + 'address = "usb:1:2"\n', 4, "address cannot be used"),
        (PRINTER + 'address = "file:"\n', 4, "address cannot be used"),
        (PRINTER + 'address = "ws://127.0.0.1:1"\n', 4, "address cannot be used"),
        (PRINTER + 'address = "queue:x"\nmedia = "A4"\n', 5, "media cannot be used"),
        (PRINTER + 'address = "queue:x"\nmedia = "76x9999"\n', 5, "media cannot be used"),
        (PRINTER + 'address = "queue:x"\ndots_per_mm = 203\n', 5, "out of range"),
        (PRINTER + 'address = "queue:x"\ndots_per_mm = "8"\n', 5, "dots_per_mm cannot be used"),
        (PRINTER + 'address = "queue:x"\ndocuments = ["lable"]\n', 5, "“lable” is no document"),
        (PRINTER + 'address = "queue:x"\ndocuments = []\n', 5, "documents cannot be used"),
        (PRINTER + 'address = "queue:x"\noptions = 1\n', 5, "must be a table"),
        (PRINTER.replace("tspl", "component") + 'address = "tcp://h:1"\n', 4, "cannot be used"),
        (PRINTER.replace("tspl", "epl") + 'address = "queue:x"\n', 3, "no language"),
        ('[[rule]]\nname = "r"\n', 1, "has no carrier"),
        (RULE.replace("sf", "shunfeng"), 3, "no carrier that [[rule]].then knows"),
        (RULE + "when = 5\n", 4, "must be a table"),
        (RULE + "when = { province = 5 }\n", 4, "province cannot be used"),
        (RULE + "when = { weight_g_min = -1 }\n", 4, "weight_g_min cannot be used"),
        (RULE + "when = { weight_g_max = true }\n", 4, "weight_g_max cannot be used"),
        (RULE + "when = { sku = [] }\n", 4, "sku cannot be used"),
        (RULE + RULE, 5, "taken by line 2"),
        (
            '[sender]\nname="a"\nphone="call me"\nprovince="p"\ncity="c"\naddress="a"\n',
            3,
            "phone cannot be used",
        ),
    ],
)
def test_wrong_value_names_the_line(text: str, line: int, says: str) -> None:
    found, message, remedy = only(text)
    assert (found, says in message) == (line, True), message
    assert remedy


SF = '[[carrier]]\nname = "{0}"\ncarrier = "sf"\ncheckword = "c"\n'


def test_rule_names_an_account_of_its_company() -> None:
    rule = '[[rule]]\nname = "r"\nthen = { carrier = "zto", account = "sf-2" }\n'
    line, message, remedy = only(SF.format("sf-2") + rule)
    assert (line, message) == (7, "“sf-2” is no account with zto.")
    assert "[[carrier]]" in remedy
    right = parse(SF.format("sf-2") + rule.replace("zto", "sf"))
    assert (right.rules or ())[0].account == "sf-2"


def test_rule_may_name_an_account_of_an_earlier_file() -> None:
    assert parse('[[rule]]\nname = "r"\nthen = { carrier = "sf", account = "sf-2" }\n').rules


def test_rule_about_a_shop_that_is_not_there() -> None:
    line, message, _ = only(SHOP + 'app_secret = "s"\n' + RULE + 'when = { shop = "mian" }\n')
    assert (line, message) == (9, "There is no shop “mian” in this file.")


def test_every_condition_of_a_rule_is_read() -> None:
    config = parse(
        RULE + 'when = { province = "浙江", sku = ["A", "B"], words = "易碎", weight_g_min = 5000, '
        "value_fen_max = 100 }\n"
    )
    (rule,) = config.rules or ()
    assert rule.when == {
        "province": ["浙江"],
        "sku": ["A", "B"],
        "words": ["易碎"],
        "weight_g_min": 5000,
        "value_fen_max": 100,
    }


def test_a_fall_back_is_another_printer_of_the_file() -> None:
    other = '[[printer]]\nname = "q"\nlanguage = "zpl"\naddress = "queue:Zebra"\n'
    mine = PRINTER + 'address = "queue:x"\nfallback = "{}"\n'
    config = parse(mine.format("q") + other)
    assert (config.printers or ())[0].fallback == "q"
    for wrong in ("p", "nowhere"):
        with pytest.raises(UserError) as refused:
            parse(mine.format(wrong) + other)
        assert refused.value.code == "config_value"
        assert wrong in str(refused.value)


def test_printer_options_stand_in_the_table_or_below_it() -> None:
    config = parse(
        PRINTER + 'address = "tcp://127.0.0.1:9100"\ndarkness = 8\noptions = { gap_mm = 2 }\n'
    )
    assert (config.printers or ())[0].options == {"gap_mm": 2, "darkness": 8}


@pytest.mark.parametrize(
    "address",
    [
        "tcp://127.0.0.1:9100",
        "usb:0416:5011",
        "serial:/dev/ttyUSB0?baud=115200",
        "serial:COM3",
        "file:/tmp/out",
        "queue:Deli 888",
    ],
)
def test_every_kind_of_printer_address_is_taken(address: str) -> None:
    config = parse(PRINTER + f'address = "{address}"\n')
    assert (config.printers or ())[0].address == address


def test_plain_postgresql_address_gets_its_driver() -> None:
    config = parse('[database]\nurl_env = "DB"\n', {"DB": "postgresql://u:pw@h/packbench"})
    assert config.database_url == "postgresql+psycopg://u:pw@h/packbench"
    assert "pw" not in repr(config)


def test_everything_wrong_is_found_in_one_pass_in_the_order_of_the_file() -> None:
    text = "[sender]\nnme = 'x'\n" + RULE.replace("sf", "shunfeng") + SHOP + "color = 1\n"
    found = problems(text)
    lines = [line for line, _, _ in found]
    assert lines == sorted(lines)
    assert {2, 5, 10} <= set(lines)
    assert len(found) >= 8  # the sender's five missing values, too


def test_wrong_secret_is_not_repeated_in_the_message() -> None:
    for line, message, remedy in problems(SHOP + "app_secret = ['hunter2']\n"):
        assert "hunter2" not in f"{line} {message} {remedy}"
