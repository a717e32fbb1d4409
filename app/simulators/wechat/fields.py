"""The JSON types an endpoint takes. The platform is strict: 47001 names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from app.simulators.wechat.refusals import RefusalError

UINT64_MAX = 2**64 - 1
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u")


class Kind(Enum):
    """A JSON type as the platform's schema knows it."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    STRING_OR_NUMBER = "string or number"
    OBJECT = "object"
    ARRAY = "array"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``missing`` is the errcode when a required one is absent (0: not required)."""

    kind: Kind
    missing: int = 0
    fields: Mapping[str, Field] = field(default_factory=dict)
    item: Field | None = None

    def required(self, errcode: int = 40097) -> Field:
        """The same field, refused with ``errcode`` when absent or null."""
        return Field(self.kind, errcode, self.fields, self.item)


STRING = Field(Kind.STRING)
NUMBER = Field(Kind.NUMBER)
BOOL = Field(Kind.BOOL)
STRING_OR_NUMBER = Field(Kind.STRING_OR_NUMBER)
ANY = Field(Kind.ANY)

Schema = Mapping[str, Field]


def object_of(**fields: Field) -> Field:
    """An object with these fields."""
    return Field(Kind.OBJECT, fields=fields)


def array_of(item: Field) -> Field:
    """An array of such items."""
    return Field(Kind.ARRAY, item=item)


def parse_body(raw: bytes, *, literal_unicode_escapes: bool) -> dict[str, Any]:
    r"""The body as a JSON object.

    Raises:
        RefusalError: 47001, it is not UTF-8, not JSON or not an object.
    """
    try:
        text = raw.decode("utf-8")
        if literal_unicode_escapes:
            text = _UNICODE_ESCAPE.sub(r"\1\\\\u", text)
        body = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        raise RefusalError(47001, "the body is not JSON") from error
    if not isinstance(body, dict):
        raise RefusalError(47001, "the body is not an object")
    return body


def check_body(body: Mapping[str, Any], schema: Schema, *, refuse_unknown: bool) -> dict[str, Any]:
    """The body without nulls, every field of the type the schema wants.

    Raises:
        RefusalError: 47001 for a wrong type, the field's own code for a missing one, 40097 for a
            field the schema does not know if ``refuse_unknown``.
    """
    checked: dict[str, Any] = {}
    for name, value in body.items():
        wanted = schema.get(name)
        if wanted is None:
            if refuse_unknown:
                raise RefusalError(40097, f'unknown field "{name}"')
            continue
        if value is not None:
            checked[name] = _checked(name, value, wanted, refuse_unknown)
    for name, wanted in schema.items():
        if wanted.missing and name not in checked:
            raise RefusalError(wanted.missing, f'field "{name}" is missing')
    return checked


def _checked(name: str, value: Any, wanted: Field, refuse_unknown: bool) -> Any:
    if not _fits(value, wanted.kind):
        shown = json.dumps(value, ensure_ascii=False)
        raise RefusalError(
            47001, f'field "{name}" does\'t expect a {_type_name(value)} value {shown[:80]}'
        )
    if wanted.kind is Kind.OBJECT:
        return check_body(value, wanted.fields, refuse_unknown=refuse_unknown)
    if wanted.kind is Kind.ARRAY and wanted.item is not None:
        item = wanted.item
        return [_checked(name, entry, item, refuse_unknown) for entry in value]
    return value


def _fits(value: Any, kind: Kind) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    match kind:
        case Kind.STRING:
            return isinstance(value, str)
        case Kind.NUMBER:
            return is_number and 0 <= value <= UINT64_MAX
        case Kind.BOOL:
            return isinstance(value, bool)
        case Kind.STRING_OR_NUMBER:
            return is_number or isinstance(value, str)
        case Kind.OBJECT:
            return isinstance(value, dict)
        case Kind.ARRAY:
            return isinstance(value, list)
        case Kind.ANY:
            return True


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    return "array" if isinstance(value, list) else "object"


def _no_constant(name: str) -> Any:
    raise ValueError(name)
