from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings.lines import Lines

DOCUMENT = '''# [[shop]] in a comment
[sender]
name = "a [[shop]] in a text"
"quoted key" = 1
address = """
[[shop]]
name = "inside a long text"
"""
[[shop]]
name = "one"
keys = [
  "a",   # ] in a comment
  "]",
]
[[ shop ]]
  name='two # no comment'
  when = { province = ["x"], sku = "y" }
  then.carrier = "sf"
[shop.extra]
deep = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("sender",), 2),
        (("sender", "name"), 3),
        (("sender", "quoted key"), 4),
        (("sender", "address"), 5),
        (("shop", 0), 9),
        (("shop", 0, "name"), 10),
        (("shop", 0, "keys"), 11),
        (("shop", 1), 15),
        (("shop", 1, "name"), 16),
        (("shop", 1, "when", "province"), 17),
        (("shop", 1, "then", "carrier"), 18),
        (("shop", 1, "extra", "deep"), 20),
        (("shop", 1, "nowhere"), 15),
        (("nowhere",), 1),
    ],
)
def test_line_of_a_key(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(DOCUMENT)
    assert Lines(DOCUMENT).of(*path) == line


@given(st.lists(st.text("ab#[]{}\"'\\\n=", max_size=12), max_size=5))
def test_any_text_can_stand_in_front(values: list[str]) -> None:
    """Whatever a string holds, the key after it is found."""
    escaped = [v.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for v in values]
    document = "".join(f'k{n} = "{v}"\n' for n, v in enumerate(escaped)) + "[[last]]\nkey = 1\n"
    tomllib.loads(document)
    assert Lines(document).of("last", 0, "key") == len(values) + 2
