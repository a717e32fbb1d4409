"""How an endpoint describes itself to the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.simulators.wechat.fields import Schema
from app.simulators.wechat.state import ShopState

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path. ``handle`` is called under the shop's lock with a body of checked types.

    It returns the answer's own fields (errcode and errmsg are added) or raises ``RefusalError``.
    """

    path: str
    handle: Callable[[ShopState, Body], Body]
    schema: Schema = field(default_factory=dict)
    method: str = "POST"
    raw: bool = False
    """The body is no JSON: ``handle`` gets query, content and content_type instead."""
