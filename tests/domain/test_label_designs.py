"""Label designs as values: whatever can be drawn is written and read back alike, or refused."""

from __future__ import annotations

import base64
import json
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.domain.label_design_files import as_json, as_toml, as_values, read, read_text
from app.domain.label_designs import (
    FIELDS,
    TEMPLATES,
    Element,
    Kind,
    LabelDesign,
    OwnBox,
    OwnField,
    Place,
    check_own,
    fitting,
    stands_on,
)

# Whatever a person may type: quotes, braces, line ends, hanzi beyond U+FFFF, no half characters.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
BRACELESS = WORDS.filter(lambda text: "{" not in text)
MM = st.floats(-20, 400, allow_nan=False)
SIDES = st.floats(0.01, 400, allow_nan=False)
FIELD = st.sampled_from(FIELDS)
FIELD_LISTS = st.lists(FIELD, max_size=4, unique=True).map(tuple)
CONTENT = st.builds(lambda a, f, b: f"{a}{{{f}}}{b}", WORDS, FIELD, WORDS).filter(
    lambda text: text.count("{") == 1 and text.count("}") == 1
)
SIZES = st.floats(1, 200, allow_nan=False)
FLAGS = st.booleans()
MODULES = st.floats(0.1, 3, allow_nan=False)
ALIGN = st.sampled_from(["left", "center", "right"])
TURN = st.sampled_from(["", "down", "up"])
EXTRAS: dict[Kind, dict[str, st.SearchStrategy[Any]]] = {
    Kind.TEXT: {
        "text": CONTENT, "size": SIZES, "align": ALIGN, "fit": st.sampled_from(["line", "wrap"]),
        "turn": TURN, "bold": FLAGS, "white": FLAGS, "outline": FLAGS,
    },
    Kind.BARCODE: {"text": CONTENT, "module": MODULES, "turn": TURN, "align": ALIGN},
    Kind.QR: {"text": CONTENT, "module": MODULES},
    Kind.LINE: {"thickness": st.floats(0.1, 5), "dashed": FLAGS},
    Kind.BOX: {"thickness": st.floats(0.1, 5), "filled": FLAGS},
    Kind.PICTURE: {"picture": st.just("logo"), "align": ALIGN},
    Kind.TAGS: {"fields": FIELD_LISTS, "size": SIZES},
    Kind.MARKS: {"size": SIZES},
    Kind.PARTY: {
        "who": st.sampled_from(["receiver", "sender"]), "text": BRACELESS,
        "size": SIZES, "address_size": SIZES, "bold": FLAGS,
    },
    Kind.SERVICES: {"size": SIZES, "sign": FLAGS},
    Kind.EDGES: {"size": SIZES},
}  # fmt: skip


@st.composite
def elements(draw: st.DrawFn) -> tuple[Element, ...]:
    kinds = draw(st.lists(st.sampled_from(list(Kind)), min_size=1, max_size=6))
    names = draw(
        st.lists(
            WORDS.filter(bool), min_size=len(kinds), max_size=len(kinds), unique=True
        )
    )  # fmt: skip
    made = []
    for name, kind in zip(names, kinds, strict=True):
        extras = {key: draw(values) for key, values in EXTRAS[kind].items()}
        made.append(
            Element(
                name, kind, draw(MM), draw(MM), draw(SIDES), draw(SIDES),
                when=draw(FIELD_LISTS), unless=draw(FIELD_LISTS), **extras,
            )
        )  # fmt: skip
    return tuple(made)


@st.composite
def whole_designs(draw: st.DrawFn) -> LabelDesign:
    zone = Place(3, 100, 70, 28)
    ticked = draw(st.sets(st.sampled_from(list(OwnField))))
    own = OwnBox(
        draw(st.floats(3, 20)), draw(st.floats(100, 110)), draw(st.floats(10, 50)),
        draw(st.floats(4, 16)), tuple(f for f in OwnField if f in ticked), draw(st.floats(6, 40)),
    )  # fmt: skip
    picture = base64.b64encode(draw(st.binary(max_size=40))).decode()
    return LabelDesign(
        code=draw(WORDS), title=draw(WORDS), template=draw(st.sampled_from(TEMPLATES)),
        media="76x130", version=draw(st.integers(0, 1000)), elements=draw(elements()), own=own,
        free=(Place(3, 3, 10, 4), zone), pictures=draw(st.sampled_from([{}, {"logo": picture}])),
        carrier=draw(st.sampled_from(["", "jd"])), base=draw(st.sampled_from(["", "sf-76x130"])),
        base_version=draw(st.integers(0, 9)),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(whole_designs())
def test_any_design_is_written_and_read_back_alike(design: LabelDesign) -> None:
    assert read(as_values(design)) == design
    assert read_text(as_json(design), "a.json") == design
    assert read_text(as_toml(design), "a.toml") == design
    pictures = read_text(as_toml(design), "a.toml").pictures  # not part of ==
    assert dict(pictures) == dict(design.pictures)


def judged(values: Any) -> LabelDesign | UserError:
    try:
        return read(values)
    except UserError as error:
        return error


PLAIN = st.recursive(
    st.none() | FLAGS | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


def smallest() -> dict[str, Any]:
    return {
        "format": 1, "code": "a", "title": "一", "template": "sf", "media": "76x130", "version": 1,
        "own": {"x": 3, "y": 100, "width": 40, "height": 20, "fields": ["goods"], "size": 12},
        "free": [{"x": 3, "y": 100, "width": 70, "height": 28}],
        "pictures": {},
        "element": [
            {"name": "a", "kind": "text", "x": 1, "y": 2, "width": 30, "height": 5, "text": "茶"},
        ],
    }  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*smallest(), "extends", "without", "carrier", "base"]), PLAIN)
def test_no_value_in_the_head_does_more_harm_than_a_refusal(key: str, value: Any) -> None:
    result = judged({**smallest(), key: value})
    if isinstance(result, UserError):
        assert result.code in {"design_wrong", "own_area_outside"}
        assert result.ref
    else:
        assert read_text(as_toml(result), "a.toml") == result


KEYS_OF_ELEMENTS = sorted({f for kind in EXTRAS.values() for f in kind} | {
    "name", "kind", "x", "y", "width", "height", "when", "unless", "min_size",
})  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(Kind)), st.sampled_from(KEYS_OF_ELEMENTS), PLAIN)
def test_no_value_in_an_element_does_more_harm_than_a_refusal(
    kind: Kind, key: str, value: Any
) -> None:
    entry = {
        "name": "mine",
        "kind": kind.value,
        "x": 1,
        "y": 1,
        "width": 9,
        "height": 9,
        "text": "a",
    }
    result = judged({**smallest(), "element": [{**entry, key: value}]})
    if isinstance(result, UserError):
        assert result.code == "design_wrong"
        assert result.ref in ["mine", "element 1", *([value] if key == "name" else [])]
    else:
        assert read_text(as_json(result), "a.json") == result


@pytest.mark.parametrize("half", ["茶\ud800", "\0"])
def test_character_that_is_none_is_refused_with_its_place(half: str) -> None:
    entry = smallest()["element"][0]
    for values, place in (
        ({"title": half}, "design"),
        ({"code": half}, "design"),
        ({"pictures": {half: ""}}, "pictures"),
        ({"element": [{**entry, "name": half}]}, "element 1"),
        ({"element": [{**entry, "text": half}]}, "a"),
        ({"element": [{**entry, half: 1}]}, "a"),
    ):
        text = json.dumps({**smallest(), **values})
        with pytest.raises(UserError) as caught:
            read_text(text, "a.json")
        assert (caught.value.code, caught.value.ref) == ("design_wrong", place)
        str(caught.value.message).encode()


def test_line_of_a_mistake_in_a_file_is_told() -> None:
    for text, where in (("format = 1\ncode = \n", "line 2"), ('{\n"format": 1,\n}', "line 3")):
        with pytest.raises(UserError) as caught:
            read_text(text, "mine")
        assert caught.value.code == "design_wrong"
        assert where in str(caught.value.message)


def test_what_extends_another_replaces_leaves_out_and_adds() -> None:
    base = read(smallest())
    entry = smallest()["element"][0]
    values = {
        "format": 1, "code": "b", "title": "二", "extends": "a", "version": 4,
        "element": [{**entry, "text": "水"}, {**entry, "name": "b"}],
    }  # fmt: skip
    asked: list[str] = []

    def bases(code: str) -> LabelDesign:
        asked.append(code)
        return base

    mine = read(values, bases)
    assert asked == ["a"]
    assert [(e.name, e.text) for e in mine.elements] == [("a", "水"), ("b", "茶")]
    assert (mine.template, mine.media, mine.own, mine.free) == (
        base.template, base.media, base.own, base.free,
    )  # fmt: skip
    bare = read({**values, "element": [], "without": ["a"]}, bases)
    assert bare.elements == ()


def test_a_written_file_says_nothing_that_is_as_usual() -> None:
    entry = as_values(read(smallest()))["element"][0]
    assert entry == {**smallest()["element"][0], "x": 1.0}
    assert tomllib.loads(as_toml(read(smallest())))["element"][0]["text"] == "茶"
    assert json.loads(as_json(read(smallest())))["format"] == 1


def test_own_area_stands_whole_in_one_free_zone() -> None:
    design = replace(read(smallest()), free=(Place(0, 100, 30, 20), Place(30, 100, 30, 20)))
    check_own(replace(design, own=replace(design.own, x=30, width=30)))
    for wrong in ({"x": 15}, {"width": 9.9, "x": 1}, {"height": 3, "width": 20}, {"y": 101}):
        with pytest.raises(UserError) as caught:
            check_own(replace(design, own=replace(design.own, **wrong)))
        assert caught.value.code == "own_area_outside"


def test_paper_takes_the_largest_design_that_stands_on_it() -> None:
    small = read(smallest())
    large = replace(small, code="b", media="100x150")
    assert stands_on(small, 74.5, 128.5)
    assert not stands_on(small, 74.4, 130)
    assert fitting([small, large], "sf", 100, 149).code == "b"
    assert fitting([large, small], "sf", 100, 148).code == "a"
    with pytest.raises(UserError) as caught:
        fitting([small, large], "sf", 60, 40)
    assert caught.value.code == "media_too_small"
    with pytest.raises(UserError) as caught:
        fitting([small], "moon", 100, 150)
    assert caught.value.code == "template_unknown"
