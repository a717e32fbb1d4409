"""Kuaidi100's signatures (快递100 API, 签名): pure functions over the exact text."""

from __future__ import annotations

import hashlib


def label_sign(param: str, t: str, key: str, secret: str) -> str:
    """``sign`` of label/order: ``t`` is the time in milliseconds as it is sent."""
    return _md5_upper(f"{param}{t}{key}{secret}")


def query_sign(param: str, key: str, customer: str) -> str:
    """``sign`` of poll/query.do."""
    return _md5_upper(f"{param}{key}{customer}")


def push_sign(param: str, salt: str) -> str:
    """``sign`` of what Kuaidi100 pushes to a subscriber."""
    return _md5_upper(f"{param}{salt}")


def _md5_upper(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
