r"""What goes out: JSON without escapes, or one picture as a form."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_JSON = {"content-type": "application/json; charset=utf-8", "accept": "application/json"}
_KINDS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to be put on the platform as it is.

    Source: WeChat Store, basics/img/upload: ``upload_type`` 0 (the bytes), ``resp_type`` 0 (a media
    id), width and height in pixels.
    """

    name: str
    content: bytes = field(repr=False)

    @property
    def query(self) -> str:
        width, height = picture_size(self.content)
        return f"&upload_type=0&resp_type=0&height={height}&width={width}"


Body = Mapping[str, Any] | Picture


def request(method: str, body: Body) -> tuple[bytes, dict[str, str], str]:
    """Bytes, headers and the rest of the query for ``body``."""
    if isinstance(body, Picture):
        content, kind = _form(body)
        return content, {"content-type": kind, "accept": "application/json"}, body.query
    if method == "POST":
        return encoded(body), dict(_JSON), ""
    return b"", {"accept": "application/json"}, ""


def encoded(body: Mapping[str, Any]) -> bytes:
    r"""``body`` as compact JSON in UTF-8 without any ``\u`` escape.

    The platform may store an escape as its six characters, and JSON has no other way to write a
    control character: those are left out of texts.
    """
    return json.dumps(
        _writable(body), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    ).encode("utf-8", "replace")


def picture_kind(content: bytes) -> str:
    """``png``, ``jpeg`` or ``gif``; "" for anything else."""
    return next((kind for mark, kind in _KINDS if content.startswith(mark)), "")


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels; (0, 0) when the bytes do not tell."""
    match picture_kind(content):
        case "png" if len(content) >= 24:
            width, height = struct.unpack(">II", content[16:24])
            return int(width), int(height)
        case "gif" if len(content) >= 10:
            width, height = struct.unpack("<HH", content[6:10])
            return int(width), int(height)
        case "jpeg":
            return _jpeg_size(content)
    return 0, 0


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + max(2, length)
    return 0, 0


def _form(picture: Picture) -> tuple[bytes, str]:
    """A form with the one file ``media``; its name holds nothing of the path it came from."""
    boundary = f"----packbench{uuid4().hex}"
    kind = picture_kind(picture.content)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="media"; filename="picture.{kind or "bin"}"\r\n'
        f"Content-Type: image/{kind or 'png'}\r\n\r\n"
    )
    content = head.encode() + picture.content + f"\r\n--{boundary}--\r\n".encode()
    return content, f"multipart/form-data; boundary={boundary}"


def _writable(value: Any) -> Any:
    match value:
        case str():
            return _CONTROL.sub("", value)
        case Mapping():
            return {key: _writable(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_writable(entry) for entry in value]
        case _:
            return value
