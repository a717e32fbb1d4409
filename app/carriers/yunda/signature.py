"""Yunda's signatures (韵达开放平台, and the older XML interface): pure functions over bytes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


def sign(body: bytes, app_secret: str) -> str:
    """The ``sign`` header: lower-case hex MD5 of the body, ``_`` and the secret."""
    return _md5_hex(body + b"_" + app_secret.encode())


@dataclass(frozen=True, slots=True)
class LegacyProof:
    """``xmldata`` and ``validation`` of the older interface."""

    xmldata: str
    validation: str


def legacy_proof(xml: str, partner_id: str, password: str) -> LegacyProof:
    """The two form fields that the older XML interface checks."""
    xmldata = base64.b64encode(xml.encode()).decode()
    return LegacyProof(xmldata, _md5_hex(f"{xmldata}{partner_id}{password}".encode()))


def _md5_hex(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
