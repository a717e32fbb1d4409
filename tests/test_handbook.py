"""What the documents show can be typed in as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from app.bootstrap import adapters
from app.cli.commands import build
from app.domain.routing import CONDITIONS
from app.settings import parse_config
from main import DOORS

INVENTED = {
    "SHOP_SECRET": "invented",
    "SF_CHECKWORD": "invented",
    "KUAIDI100_KEY": "invented",
    "KUAIDI100_SECRET": "invented",
    "SHOP_PUSH_TOKEN": "invented",
    "SHOP_PUSH_AES_KEY": "a" * 43,
    "RELAY_SECRET": "invented-by-chance",
}
ROOT = Path(__file__).parents[1]
READ_ME = ("README.md", "README.zh-CN.md")


def _blocks(name: str, language: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL))


def test_configuration_of_the_handbook_is_right() -> None:
    example = _blocks("docs/configuration.md", "toml")
    config = parse_config(example.encode(), adapters(), INVENTED)
    assert config.relay
    assert config.shops
    assert config.carriers
    assert len(config.printers or ()) == 3
    assert len(config.rules or ()) == 2
    assert len((config.prices or ())[0].zones) == 2


def test_both_sides_of_the_push_relay_are_right() -> None:
    text = (ROOT / "docs/push-relay.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    for example in blocks:
        assert parse_config(example.encode(), adapters(), INVENTED).relay
    assert len(blocks) == 3


def test_handbook_names_every_condition_of_a_rule() -> None:
    text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert [c for c in CONDITIONS if f"`{c}`" not in text] == []


@pytest.mark.parametrize("name", READ_ME)
def test_commands_of_the_read_me_are_understood(name: str) -> None:
    lines = [line for line in _blocks(name, "sh").splitlines() if "python main.py " in line]
    assert len(lines) > 10
    for line in lines:
        arguments = shlex.split(line, comments=True)[2:]
        if arguments and arguments != ["--help"]:
            assert build(DOORS).parse_args(arguments).run is not None, line


@pytest.mark.parametrize("name", READ_ME)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_both_read_me_show_the_same_commands() -> None:
    shown = [
        [shlex.split(x, comments=True)[:4] for x in _blocks(n, "sh").splitlines()] for n in READ_ME
    ]
    first, second = ([c for c in commands if "import" not in c] for commands in shown)
    assert first == second
