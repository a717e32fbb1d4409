"""The exception tree. Adapters map what they meet into these; nobody decides by message text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.text import T, Text, sentences


class PackbenchError(Exception):
    """What happened and what to do about it, in words a packer understands.

    ``code`` is stable and machine-readable, ``ref`` names the row concerned (a parcel, an order, a
    file's line). Neither message nor remedy may hold a name, an address, a phone or a secret.
    """

    exit_code = 3

    def __init__(self, code: str, message: Text, remedy: Text, *, ref: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.ref = ref

    def __str__(self) -> str:
        return sentences(self.message, self.remedy)

    def __reduce__(self) -> tuple[Any, ...]:
        return _as_it_was, (type(self), self.args, self.__dict__.copy())


def _as_it_was(
    kind: type[PackbenchError], args: tuple[Any, ...], state: dict[str, Any]
) -> PackbenchError:
    """An error that comes from another process."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class UserError(PackbenchError):
    """The user must change something (exit status 1)."""

    exit_code = 1


class SeveralError(UserError):
    """Several things at once that the user must change; it speaks as the first of ``problems``."""

    def __init__(self, problems: Sequence[UserError]) -> None:
        first = problems[0]
        super().__init__(first.code, first.message, first.remedy, ref=first.ref)
        self.problems = tuple(problems)


class RetryableError(PackbenchError):
    """Try again later (exit status 2): no network, the shop is busy, the printer is off.

    ``retry_after_s`` is the wait the other side asked for, if it did.
    """

    exit_code = 2

    def __init__(
        self,
        code: str,
        message: Text,
        remedy: Text,
        *,
        ref: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, message, remedy, ref=ref)
        self.retry_after_s = retry_after_s


def shop_read_only(shop_id: str, ref: str = "") -> UserError:
    """The refusal to change anything in a shop whose connection may only read."""
    return UserError(
        "shop_read_only",
        T("The connection to the shop {shop} is for reading only; nothing was sent.", shop=shop_id),
        T("Take read_only out of the shop's settings when this program is to work in the shop."),
        ref=ref or shop_id,
    )
