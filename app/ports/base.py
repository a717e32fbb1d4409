"""The time, the secrets and the answer of a connection test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.text import Text


class Clock(Protocol):
    """The time. Tests bring their own."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None:
        """Wait; a cancelled job's clock raises ``app.jobs.Cancelled``."""
        ...


class SecretStore(Protocol):
    """Where secrets live: the system's keyring, else a file only its owner can read."""

    @property
    def place(self) -> Text:
        """A sentence for ``doctor``: where the secrets are."""
        ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None: ...


class Sealer(Protocol):
    """Encrypts personal data for the database; the key lives in the secret store."""

    def seal(self, clear: str) -> str: ...

    def unseal(self, sealed: str) -> str:
        """Raises ``UserError`` (``sealed_unreadable``) when the key does not fit."""
        ...

    def token(self, word: str) -> str:
        """A keyed hash of ``word``, 24 hexadecimal digits: the same word is found by it again."""
        ...


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of a connection test: ``ok``, a sentence, and the remedy when not ok."""

    ok: bool
    message: Text
    remedy: Text | None = None
    balance: int | None = None  # numbers left, where the other side counts them
    later: bool = False  # nobody answered: the same test may succeed later
