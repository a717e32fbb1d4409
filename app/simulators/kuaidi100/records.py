"""Accounts, orders, tracks and the uncertain habits of the simulated Kuaidi100."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LABELS = "/label/order"
QUERY = "/poll/query.do"
DETECT = "/autonumber/auto"
REPLAY_S = 48 * 3600


def upper_md5(*parts: str) -> str:
    """How Kuaidi100 signs everything: upper-case hex of the MD5 of the parts in a row."""
    return hashlib.md5("".join(parts).encode()).hexdigest().upper()


@dataclass(frozen=True, slots=True)
class Partner:
    """A merchant's contract with one company, as the company knows it."""

    partner_id: str = "FAKEpartner"
    partner_key: str = field(default="FAKEpartnerKey", repr=False)


@dataclass(frozen=True, slots=True)
class Kuaidi100Account:
    """A customer of Kuaidi100; ``partners`` by Kuaidi100's name of the company."""

    key: str = field(default="FAKEkey", repr=False)
    customer: str = "FAKEcustomer"
    secret: str = field(default="FAKEsecret", repr=False)
    partners: Mapping[str, Partner] = field(
        default_factory=lambda: {name: Partner() for name in NUMBERS}
    )
    calls_left: int = 100_000


@dataclass(frozen=True, slots=True)
class Kuaidi100Quirks:
    """What is not established about Kuaidi100; each default hurts a careless client."""

    older_envelope: bool = False  # result and returnCode instead of success and code
    gives_mark: bool = True
    t_window_s: float | None = 900.0
    no_cancel: frozenset[str] = frozenset()  # companies that cannot be cancelled through Kuaidi100
    wants_phone: frozenset[str] = frozenset({"shunfeng"})
    masked_refused: bool = True


@dataclass(frozen=True, slots=True)
class TrackStep:
    """One event; ``code`` is Kuaidi100's own state."""

    at_s: float
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Kuaidi100Order:
    """An order as Kuaidi100 knows it."""

    key: str
    order_id: str
    company: str  # Kuaidi100's name
    number: str
    company_order: str
    request: Mapping[str, Any] = field(repr=False)
    created_at_s: float
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Followed:
    """A number that Kuaidi100 can tell about, whoever gave it."""

    company: str
    phone_ends: frozenset[str] = frozenset()
    steps: tuple[TrackStep, ...] = ()


NUMBERS: Mapping[str, tuple[str, int]] = {
    "shunfeng": ("SF3", 12),
    "zhongtong": ("758", 11),
    "yunda": ("43", 11),
    "yuantong": ("YT8", 12),
    "shentong": ("773", 12),
    "jtexpress": ("JT7", 12),
    "jd": ("JDVC", 11),
    "ems": ("98", 11),
}
"""What a company's numbers begin with, and how many digits follow."""

STATES: Mapping[str, str] = {
    "1": "揽收",
    "103": "揽收",
    "0": "在途",
    "1001": "在途",
    "1002": "在途",
    "5": "派件",
    "501": "投柜或驿站",
    "3": "签收",
    "301": "签收",
    "304": "签收",
    "2": "疑难",
    "203": "疑难",
    "6": "退回",
    "4": "退签",
    "14": "拒签",
}
"""The words beside the codes."""


class LabelRefusalError(Exception):
    """A refusal of the label service."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class QueryRefusalError(LabelRefusalError):
    """A refusal of the track query or of the recognition."""
