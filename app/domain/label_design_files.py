"""Label designs as plain values (JSON, TOML): read with every mistake named, written back alike."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as fields_of
from typing import Any

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
    problem,
)
from app.domain.text import T

FORMAT = 1
MOST_ELEMENTS = 200
MOST_PICTURE_CHARACTERS = 200_000
# Half of a character, or none: no file and no database takes them.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
_COMMON = ("name", "kind", "x", "y", "width", "height", "when", "unless")
_TEXT = ("text", "size", "min_size", "align", "fit", "turn", "bold", "white", "outline")
_KEYS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: _TEXT,
    Kind.BARCODE: ("text", "module", "turn", "align"),
    Kind.QR: ("text", "module"),
    Kind.LINE: ("thickness", "dashed"),
    Kind.BOX: ("thickness", "filled"),
    Kind.PICTURE: ("picture", "align"),
    Kind.TAGS: ("fields", "size"),
    Kind.MARKS: ("size",),
    Kind.PARTY: ("who", "text", "size", "address_size", "bold"),
    Kind.SERVICES: ("size", "sign"),
    Kind.EDGES: ("size",),
}
_CHOICES = {
    "align": ("left", "center", "right"),
    "fit": ("line", "wrap"),
    "turn": ("", "down", "up"),
    "who": ("receiver", "sender"),
}
_DEFAULTS: dict[str, Any] = {
    f.name: f.default for f in fields_of(Element) if f.name not in _COMMON[:6]
}
_HEAD = ("format", "code", "title", "template", "media", "version", "extends", "carrier")
_WHOLE = (*_HEAD, "base", "base_version", "own", "free", "element", "pictures", "without")
_MEDIA = re.compile(r"[1-9][0-9]{1,2}x[1-9][0-9]{1,2}")
Bases = Callable[[str], LabelDesign]


def read_text(text: str, name: str, bases: Bases | None = None) -> LabelDesign:
    """A design from the text of a TOML or JSON file; ``name`` is what the file is called.

    ``bases`` gives the design that ``extends`` names.

    Raises:
        UserError: ``design_wrong``, with the line or the element.
    """
    try:
        values = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise problem(
            name, T("it is no TOML or JSON: {reason}", reason=str(error)[:120])
        ) from error
    return read(values, bases)


def read(values: Any, bases: Bases | None = None) -> LabelDesign:
    """A design from plain values.

    Raises:
        UserError: ``design_wrong``, with the element's name.
    """
    table = _table(values, "design", _WHOLE)
    if _number(table, "format", "design", FORMAT) != FORMAT:
        raise problem("format", T("only {n} is known here", n=FORMAT))
    base = None
    if "extends" in table:
        if bases is None:
            raise problem("extends", T("a design on its own cannot extend another one"))
        base = bases(_string(table, "extends", "design"))
    template = _string(table, "template", "design", base.template if base else None)
    if template not in TEMPLATES:
        raise problem("template", T("one of {known} is needed", known=", ".join(TEMPLATES)))
    media = _string(table, "media", "design", base.media if base else None)
    if not _MEDIA.fullmatch(media):
        raise problem("media", T("width and height in mm are needed, for example 76x130"))
    elements = _elements(table, base)
    pictures = _pictures(table.get("pictures", dict(base.pictures) if base else {}))
    for element in elements:
        if element.kind is Kind.PICTURE and element.picture not in {*pictures, "logo"}:
            raise problem(element.name, T("there is no picture “{name}”", name=element.picture))
    own = _own(table["own"]) if "own" in table or base is None else base.own
    free = base.free if base and "free" not in table else _free(table.get("free"))
    design = LabelDesign(
        code=_string(table, "code", "design"),
        title=_string(table, "title", "design")[:64],
        template=template,
        media=media,
        version=int(_number(table, "version", "design", 1)),
        elements=elements,
        own=own,
        free=free,
        pictures=pictures,
        carrier=_string(table, "carrier", "design", base.carrier if base else ""),
        base=_string(table, "base", "design", ""),
        base_version=int(_number(table, "base_version", "design", 0)),
    )
    check_own(design)
    return design


def _elements(table: Mapping[str, Any], base: LabelDesign | None) -> tuple[Element, ...]:
    entries = table.get("element", [])
    if not isinstance(entries, list) or len(entries) > MOST_ELEMENTS:
        raise problem("element", T("a list of at most {n} elements is needed", n=MOST_ELEMENTS))
    own = [_element(entry, number) for number, entry in enumerate(entries, start=1)]
    names = [element.name for element in own]
    for name in names:
        if names.count(name) > 1:
            raise problem(name, T("two elements have this name"))
    if base is None:
        if not own:
            raise problem("element", T("a design without elements draws nothing"))
        return tuple(own)
    without = set(_words(table, "without", "design"))
    mine = {element.name: element for element in own}
    kept = [mine.pop(e.name, e) for e in base.elements if e.name not in without]
    return (*kept, *mine.values())


def _element(entry: Any, number: int) -> Element:
    named = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(named, str) or not named:
        raise problem(f"element {number}", T("every element needs a name"))
    place = _string(entry, "name", f"element {number}")
    try:
        kind = Kind(entry.get("kind", ""))
    except ValueError:
        known = ", ".join(Kind)
        raise problem(place, T("its kind must be one of {known}", known=known)) from None
    _table(entry, place, (*_COMMON, *_KEYS[kind]))
    values: dict[str, Any] = {
        key: _number(entry, key, place, None if key in "xy" else 0.0)
        for key in ("x", "y", "width", "height")
    }
    for key in (*_KEYS[kind], "when", "unless"):
        if key in entry:
            values[key] = _value(entry, key, place)
    element = Element(name=named, kind=kind, **values)
    _judge(element, place)
    return element


def _judge(element: Element, place: str) -> None:
    for field in (*element.when, *element.unless, *element.fields):
        if field not in FIELDS:
            raise problem(place, T("a label has no field “{name}”", name=field))
    for field in placeholders(element.text):
        if field not in FIELDS:
            raise problem(place, T("a label has no field “{name}”", name=field))
    if element.kind in {Kind.TEXT, Kind.BARCODE, Kind.QR} and not element.text:
        raise problem(place, T("it needs a text"))
    if element.kind is Kind.PARTY and not element.who:
        raise problem(place, T("who must be receiver or sender"))
    if element.kind is Kind.PICTURE and not element.picture:
        raise problem(place, T("it needs a picture"))
    if element.kind is not Kind.LINE and (element.width <= 0 or element.height <= 0):
        raise problem(place, T("its width and height must be above 0"))
    if not 1 <= element.size <= 200 or not 0 <= element.min_size <= element.size:
        raise problem(place, T("sizes of type are 1 to 200 points"))
    if not 0.1 <= element.module <= 3:
        raise problem(place, T("a module is 0.1 to 3 mm wide"))


def placeholders(text: str) -> list[str]:
    """The fields that ``text`` names in braces."""
    return _PLACEHOLDER.findall(text)


def _value(entry: Mapping[str, Any], key: str, place: str) -> Any:
    default = _DEFAULTS[key]
    if isinstance(default, bool):
        if not isinstance(entry[key], bool):
            raise problem(place, T("{key} must be true or false", key=key))
        return entry[key]
    if isinstance(default, float):
        return _number(entry, key, place)
    if isinstance(default, tuple):
        return _words(entry, key, place)
    value = _string(entry, key, place)
    if key in _CHOICES and value not in _CHOICES[key]:
        known = ", ".join(c for c in _CHOICES[key] if c)
        raise problem(place, T("{key} must be one of {known}", key=key, known=known))
    return value


def _own(values: Any) -> OwnBox:
    table = _table(values, "own", ("x", "y", "width", "height", "fields", "size"))
    names = _words(table, "fields", "own")
    wrong = [name for name in names if name not in set(OwnField)]
    if wrong:
        known = ", ".join(OwnField)
        raise problem("own", T("its fields are some of {known}", known=known))
    box = _place(table, "own")
    size = _number(table, "size", "own", 13.0)
    if not 6 <= size <= 40:
        raise problem("own", T("its type is 6 to 40 points"))
    chosen = tuple(f for f in OwnField if f in names)
    return OwnBox(box.x, box.y, box.width, box.height, chosen, size)


def _free(values: Any) -> tuple[Place, ...]:
    if not isinstance(values, list) or not values:
        raise problem("free", T("at least one free zone is needed"))
    return tuple(_place(_table(v, "free", ("x", "y", "width", "height")), "free") for v in values)


def _place(table: Mapping[str, Any], place: str) -> Place:
    x, y, width, height = (_number(table, key, place) for key in ("x", "y", "width", "height"))
    return Place(x, y, width, height)


def _pictures(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        raise problem("pictures", T("names with base64 text are needed"))
    for name, data in values.items():
        _string({"name": name}, "name", "pictures")
        if not isinstance(data, str) or len(data) > MOST_PICTURE_CHARACTERS:
            raise problem(
                f"pictures.{name}", T("a picture is base64 text of a PNG of at most 150 kB")
            )
    return dict(values)


def _table(values: Any, place: str, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(values, dict):
        raise problem(place, T("names with values are needed"))
    for key in values:
        if key not in known:
            raise problem(place, T("“{key}” is not known here", key=_shown(key)))
    return values


def _shown(text: str) -> str:
    """``text`` as a sentence can hold it."""
    return _NO_TEXT.sub("?", text)


def _string(table: Mapping[str, Any], key: str, place: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if value is None:
        raise problem(place, T("{key} is missing", key=key))
    if not isinstance(value, str):
        raise problem(place, T("{key} must be a text", key=key))
    if _NO_TEXT.search(value):
        raise problem(place, T("{key} has a character that is none", key=key))
    return value


def _number(table: Mapping[str, Any], key: str, place: str, default: float | None = None) -> float:
    value = table.get(key, default)
    if value is None:
        raise problem(place, T("{key} is missing", key=key))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise problem(place, T("{key} must be a number", key=key))
    if not math.isfinite(value) or not -1000 <= value <= 1_000_000:
        raise problem(place, T("{key} is out of range", key=key))
    return float(value)


def _words(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise problem(place, T("{key} must be a list of names", key=key))
    return tuple(value)


# --- writing --------------------------------------------------------------------------------------


def as_values(design: LabelDesign) -> dict[str, Any]:
    """``design`` as plain values that ``read`` takes; what is as usual is left out."""
    own = design.own
    values: dict[str, Any] = {
        "format": FORMAT,
        "code": design.code,
        "title": design.title,
        "template": design.template,
        "media": design.media,
        "version": design.version,
    }
    of_a_copy = {
        "carrier": design.carrier,
        "base": design.base,
        "base_version": design.base_version,
    }
    values |= {key: value for key, value in of_a_copy.items() if value}
    values["own"] = {**_box(own.place), "fields": [str(f) for f in own.fields], "size": own.size}
    values["free"] = [_box(zone) for zone in design.free]
    values["element"] = [_of_element(element) for element in design.elements]
    if design.pictures:
        values["pictures"] = dict(design.pictures)
    return values


def _box(place: Place) -> dict[str, float]:
    return {"x": place.x, "y": place.y, "width": place.width, "height": place.height}


def _of_element(element: Element) -> dict[str, Any]:
    values: dict[str, Any] = {"name": element.name, "kind": element.kind.value}
    values.update(_box(element.place))
    for key in (*_KEYS[element.kind], "when", "unless"):
        value = getattr(element, key)
        if value != _DEFAULTS[key]:
            values[key] = list(value) if isinstance(value, tuple) else value
    return values


def as_json(design: LabelDesign) -> str:
    return json.dumps(as_values(design), ensure_ascii=False, indent=1) + "\n"


def as_toml(design: LabelDesign) -> str:
    """``design`` as a TOML file, one element a line."""
    values = as_values(design)
    lines = [
        f"{key} = {_toml(value)}"
        for key, value in values.items()
        if not isinstance(value, dict | list)
    ]
    lines.append(f"own = {_toml(values['own'])}")
    for name in ("free", "element"):
        lines += [f"{name} = [", *(f"  {_toml(entry)}," for entry in values[name]), "]"]
    if "pictures" in values:
        lines += ["", "[pictures]"]
        lines += [f"{_toml_key(key)} = {_toml(value)}" for key, value in values["pictures"].items()]
    return "\n".join(lines) + "\n"


def _toml_key(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else _toml_text(key)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_toml_key(k)} = {_toml(v)}' for k, v in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(v) for v in value)}]"
    return _toml_text(value) if isinstance(value, str) else str(value)


def _toml_text(value: str) -> str:
    """JSON writes a text as TOML does, but for the one control character above the blanks."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
