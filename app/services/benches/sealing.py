"""The data key under a passphrase, and the words by which a key is known to be the right one.

A passphrase guards the key for as long as somebody needs who has a copy of the database, so it is
long and its derivation is slow; the parameters stand beside the result and may grow.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from app.domain.errors import UserError
from app.domain.text import T

SHORTEST = 12  # characters of a passphrase
_N, _R, _P = 1 << 16, 8, 1  # 64 MB and some 0.2 s a try
_MOST_MEMORY = 1 << 28
_LONGEST = 1024


class WrongPassphraseError(Exception):
    """The passphrase does not open it."""


def check_strength(passphrase: str) -> None:
    """Raises ``UserError`` (``passphrase_short``)."""
    if not SHORTEST <= len(passphrase) <= _LONGEST:
        raise UserError(
            "passphrase_short",
            T("The passphrase needs at least {n} characters.", n=SHORTEST),
            T("Take four or five words that do not belong together."),
        )


def wrap(data_key: str, passphrase: str) -> dict[str, Any]:
    """``data_key`` as a record that opens with ``passphrase`` only."""
    from cryptography.fernet import Fernet

    salt = secrets.token_bytes(16)
    sealed = Fernet(_derived(passphrase, salt, _N, _R, _P)).encrypt(data_key.encode())
    return {
        "kdf": "scrypt",
        "n": _N,
        "r": _R,
        "p": _P,
        "salt": base64.b64encode(salt).decode(),
        "wrapped": sealed.decode(),
    }


def unwrap(record: Mapping[str, Any], passphrase: str) -> str:
    """The data key again.

    Raises ``WrongPassphraseError``, and ``UserError`` (``key_record_unknown``) for a record that
    this version cannot read.
    """
    from cryptography.fernet import Fernet, InvalidToken

    try:
        n, r, p = (int(record[name]) for name in ("n", "r", "p"))
        salt = base64.b64decode(record["salt"])
        sealed = str(record["wrapped"]).encode()
    except (KeyError, TypeError, ValueError) as error:
        raise _unknown() from error
    if record.get("kdf") != "scrypt" or not 0 < 128 * n * r * p <= _MOST_MEMORY:
        raise _unknown()
    if len(passphrase) > _LONGEST:
        raise WrongPassphraseError
    try:
        return Fernet(_derived(passphrase, salt, n, r, p)).decrypt(sealed).decode()
    except InvalidToken:
        raise WrongPassphraseError from None


def opens(data_key: str, sealed: str) -> bool:
    """Whether ``data_key`` opens what a sealer has sealed."""
    from cryptography.fernet import Fernet, InvalidToken

    try:
        Fernet(data_key).decrypt(sealed.encode())
    except (InvalidToken, ValueError):
        return False
    return True


def _derived(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    key = hashlib.scrypt(
        passphrase.encode(), salt=salt, n=n, r=r, p=p, maxmem=2 * _MOST_MEMORY, dklen=32
    )
    return base64.urlsafe_b64encode(key)


def _unknown() -> UserError:
    return UserError(
        "key_record_unknown",
        T("The key in the database is kept in a way this version does not know."),
        T("Install the same version as on the other computers."),
    )
