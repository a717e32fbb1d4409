"""The Internet Printing Protocol's bytes: requests written, answers read strictly and bounded.

RFC 8010 section 3 (encoding), RFC 8011 section 5.1 (what the values are). An answer comes from
whatever listens at an address, so every length is checked against what is there, and nothing nests
or repeats without end.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

MOST_BYTES = 2_000_000
_MOST_VALUES = 20_000
_DEEPEST = 8
_LONGEST = 32_767  # RFC 8010 section 3.1.6: lengths are signed 16-bit numbers


class IppFormatError(ValueError):
    """The bytes are no IPP message."""


class Tag(IntEnum):
    """RFC 8010 section 3.5: what stands in front of a group or of a value."""

    OPERATION_GROUP = 0x01
    JOB_GROUP = 0x02
    END = 0x03
    PRINTER_GROUP = 0x04
    UNSUPPORTED_GROUP = 0x05
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    DATE = 0x31
    RESOLUTION = 0x32
    RANGE = 0x33
    COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    COLLECTION_END = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49
    MEMBER_NAME = 0x4A


class Operation(IntEnum):
    """RFC 8011 section 5.4.15; the last one is CUPS' own."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B
    CUPS_GET_PRINTERS = 0x4002


@dataclass(frozen=True, slots=True)
class Resolution:
    """``across`` and ``feed``: dots per inch (``units`` 3) or per centimetre (4)."""

    across: int
    feed: int
    units: int = 3

    @property
    def dots_per_mm(self) -> float:
        return self.across / (25.4 if self.units == 3 else 10.0)

    @property
    def dpi(self) -> int:
        return self.across if self.units == 3 else round(self.across * 2.54)


@dataclass(frozen=True, slots=True)
class Span:
    """RFC 8010 section 3.9: rangeOfInteger, both ends included."""

    lower: int
    upper: int


Collection = Mapping[str, tuple["Value", ...]]
# ``None`` is any of the out-of-band values: unsupported, unknown, no-value.
Value = int | bool | str | bytes | Resolution | Span | Collection | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A value to send, with its tag."""

    tag: Tag
    value: int | bool | str | Resolution | Sequence[tuple[str, Typed]]


def keyword(word: str) -> Typed:
    return Typed(Tag.KEYWORD, word)


def integer(number: int) -> Typed:
    return Typed(Tag.INTEGER, number)


def collection(*members: tuple[str, Typed]) -> Typed:
    return Typed(Tag.COLLECTION, members)


Attributes = Sequence[tuple[str, Sequence[Typed]]]


def encode_request(
    operation: Operation,
    request_id: int,
    groups: Sequence[tuple[Tag, Attributes]],
    version: tuple[int, int] = (2, 0),
) -> bytes:
    """A request up to its end tag; a document's bytes follow it (RFC 8010 section 3.1.1).

    Raises:
        ValueError: a name or value longer than the protocol can carry.
    """
    out = bytearray(struct.pack(">BBHi", *version, operation, request_id))
    for tag, attributes in groups:
        out.append(tag)
        for name, values in attributes:
            for n, value in enumerate(values):
                _put(out, name if n == 0 else "", value)
    out.append(Tag.END)
    return bytes(out)


def _put(out: bytearray, name: str, typed: Typed) -> None:
    value = typed.value
    if isinstance(value, Resolution):
        raw = struct.pack(">iib", value.across, value.feed, value.units)
        _field(out, typed.tag, name, raw)
    elif not isinstance(value, str | int):
        # RFC 8010 section 3.1.6: begin, then each member's name and value, then end.
        _field(out, Tag.COLLECTION, name, b"")
        for member, inner in value:
            _field(out, Tag.MEMBER_NAME, "", member.encode())
            _put(out, "", inner)
        _field(out, Tag.COLLECTION_END, "", b"")
    elif isinstance(value, str):
        _field(out, typed.tag, name, value.encode())
    elif typed.tag is Tag.BOOLEAN:
        _field(out, typed.tag, name, b"\x01" if value else b"\x00")
    else:
        _field(out, typed.tag, name, struct.pack(">i", value))


def _field(out: bytearray, tag: Tag, name: str, value: bytes) -> None:
    encoded = name.encode()
    if len(encoded) > _LONGEST or len(value) > _LONGEST:
        raise ValueError("longer than IPP can carry")
    out += struct.pack(">BH", tag, len(encoded)) + encoded
    out += struct.pack(">H", len(value)) + value


@dataclass(frozen=True, slots=True)
class Group:
    tag: int
    attributes: Collection


@dataclass(frozen=True, slots=True)
class Answer:
    """``status``: RFC 8011 appendix B; below 0x100 the request was done."""

    status: int
    request_id: int
    groups: tuple[Group, ...]

    @property
    def ok(self) -> bool:
        return self.status < 0x100

    def all_of(self, tag: Tag) -> list[Collection]:
        return [group.attributes for group in self.groups if group.tag == tag]

    def first(self, tag: Tag) -> Collection:
        """The attributes of the first such group; empty without one."""
        return next(iter(self.all_of(tag)), {})


def decode_answer(data: bytes) -> Answer:
    """What a printer answered.

    Raises:
        IppFormatError: it is no whole IPP answer, or larger than any real one.
    """
    if len(data) > MOST_BYTES:
        raise IppFormatError("too long")
    return _Reader(data).answer()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._values = 0

    def answer(self) -> Answer:
        major, _, status, request_id = struct.unpack(">BBHi", self._take(8))
        if major not in {1, 2}:
            raise IppFormatError("version")
        groups: list[tuple[int, dict[str, list[Value]]]] = []
        last = ""
        while (tag := self._byte()) != Tag.END:
            if tag <= 0x0F:  # a group begins (RFC 8010 section 3.5.1)
                groups.append((tag, {}))
                last = ""
                continue
            if not groups:
                raise IppFormatError("attribute outside of a group")
            name, raw = self._field()
            value = self._value(tag, raw, 0)
            attributes = groups[-1][1]
            if name:
                last = name.decode("utf-8", "replace")
                attributes[last] = [value]
            elif last:
                attributes[last].append(value)
            else:
                raise IppFormatError("value without a name")
        return Answer(status, request_id, tuple(Group(tag, _fixed(known)) for tag, known in groups))

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise IppFormatError("ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _length(self) -> int:
        (length,) = struct.unpack(">h", self._take(2))
        if length < 0:
            raise IppFormatError("length")
        return int(length)

    def _field(self) -> tuple[bytes, bytes]:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise IppFormatError("too many values")
        name = self._take(self._length())
        return name, self._take(self._length())

    def _value(self, tag: int, raw: bytes, depth: int) -> Value:
        if 0x10 <= tag <= 0x1F:
            return None
        match tag:
            case Tag.INTEGER | Tag.ENUM:
                return int(self._unpacked(">i", raw)[0])
            case Tag.BOOLEAN:
                return bool(self._unpacked(">B", raw)[0])
            case Tag.RESOLUTION:
                across, feed, units = self._unpacked(">iib", raw)
                return Resolution(across, feed, units)
            case Tag.RANGE:
                return Span(*self._unpacked(">ii", raw))
            case Tag.COLLECTION:
                return self._members(depth + 1)
            case Tag.COLLECTION_END | Tag.MEMBER_NAME:
                raise IppFormatError("member outside of a collection")
            case Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
                return _without_language(raw)
            case _ if 0x40 <= tag <= 0x5F:
                return raw.decode("utf-8", "replace")
            case _:
                return raw

    def _unpacked(self, form: str, raw: bytes) -> tuple[int, ...]:
        if len(raw) != struct.calcsize(form):
            raise IppFormatError("value of a wrong length")
        return struct.unpack(form, raw)

    def _members(self, depth: int) -> Collection:
        if depth > _DEEPEST:
            raise IppFormatError("nested too deep")
        members: dict[str, list[Value]] = {}
        last = ""
        while (tag := self._byte()) != Tag.COLLECTION_END:
            name, raw = self._field()
            if name or tag <= 0x0F:
                raise IppFormatError("collection without an end")
            if tag == Tag.MEMBER_NAME:
                last = raw.decode("utf-8", "replace")
                members[last] = []
            elif last:
                members[last].append(self._value(tag, raw, depth))
            else:
                raise IppFormatError("member without a name")
        if any(self._field()):
            raise IppFormatError("end of a collection with a value")
        return _fixed(members)


def _fixed(attributes: dict[str, list[Value]]) -> Collection:
    return {name: tuple(values) for name, values in attributes.items()}


def _without_language(raw: bytes) -> str:
    """RFC 8010 section 3.9: length and language, length and text."""
    if len(raw) < 4:
        raise IppFormatError("text with language")
    (language,) = struct.unpack(">H", raw[:2])
    rest = raw[2 + language :]
    if len(rest) < 2 or len(rest) - 2 != struct.unpack(">H", rest[:2])[0]:
        raise IppFormatError("text with language")
    return rest[2:].decode("utf-8", "replace")


# -- reading what was decoded ------------------------------------------------------------------


def words(attributes: Collection, name: str) -> tuple[str, ...]:
    """The texts and keywords among an attribute's values."""
    return tuple(value for value in attributes.get(name, ()) if isinstance(value, str))


def word(attributes: Collection, name: str) -> str:
    return next(iter(words(attributes, name)), "")


def number(attributes: Collection, name: str) -> int | None:
    """The first value when it is a number."""
    value = next(iter(attributes.get(name, ())), None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def numbers(attributes: Collection, name: str) -> frozenset[int]:
    return frozenset(value for value in attributes.get(name, ()) if isinstance(value, int))


def collections(attributes: Collection, name: str) -> list[Collection]:
    return [value for value in attributes.get(name, ()) if isinstance(value, Mapping)]
