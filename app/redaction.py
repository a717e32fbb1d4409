"""A second line of defence: takes phones, names, addresses and secrets out of a log line.

The first line is not to write them. What is here catches what a library or an exception's own
words bring along, so it prefers to hide too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable

HIDDEN = "***"

_CREDENTIAL = (
    r"secret|token|passw(?:or)?d|pwd|checkword|app_?key|api_?key|private_?key|"
    r"sign(?:ature)?|digest|msgdigest|authorization|encrypt(?:ed)?"
)
_PERSON = (
    r"(?:receiver|consignee|buyer|sender|contact|user|recipient)_?(?:name|address|tel|phone|mobile)"
    r"|phone|mobile|tel(?:_?number)?|address|detail_?info|house_number|street|contact"
)
_KEYED = re.compile(
    rf"""(?P<key>(?:["']?\b[\w-]*?(?:{_CREDENTIAL}|{_PERSON})["']?|["']name["'])\s*[:=]\s*)"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"',;&)}\]]+)""",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_MOBILE = re.compile(r"(?<![\d.])((?:\+?86[- ]?)?1)[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d.])(0\d{2,3})[- ]?\d{7,8}(?!\d)")

_STEPS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (_SCHEME, rf"\1 {HIDDEN}"),
    (_USERINFO, f"{HIDDEN}@"),
    (_KEYED, lambda m: m["key"] + HIDDEN),
    (_MOBILE, rf"\1{HIDDEN}"),
    (_LANDLINE, rf"\1{HIDDEN}"),
)


def redact(text: str) -> str:
    """``text`` without what looks private. Order numbers, keys and waybill numbers stay."""
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    return text
