"""Reading one ``[[carrier]]`` table into a carrier's own settings record.

A settings record is a frozen dataclass whose fields say by themselves what they need: ``required``
and ``optional`` keep the rules beside the field, ``read_account`` applies them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, field, fields
from typing import Any, Protocol, TypeVar

from app.domain.errors import SeveralError, UserError
from app.domain.text import T, Text


def required(*, secret: bool = False) -> Any:
    """A key that must be there and must not be empty."""
    return field(repr=not secret, metadata={"secret": secret, "choices": ()})


def optional(
    default: Any, *, secret: bool = False, choices: tuple[str, ...] = (), digits: bool = False
) -> Any:
    """A key with a default. ``choices`` are the only texts allowed, ``digits`` a text of digits."""
    rules = {"secret": secret, "choices": choices, "digits": digits}
    return field(default=default, repr=not secret, metadata=rules)


class AccountSettings(Protocol):
    """What every carrier's settings have in common."""

    @property
    def name(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def calls_per_second(self) -> float: ...

    @property
    def timeout_s(self) -> float: ...


S = TypeVar("S")


def setting_names(kind: type[Any]) -> tuple[str, ...]:
    """Every key that the table of this carrier may hold, ``carrier`` included."""
    return ("carrier", *(f.name for f in fields(kind)))


def secret_names(kind: type[Any]) -> tuple[str, ...]:
    """The keys that belong into the secret store."""
    return tuple(f.name for f in fields(kind) if f.metadata.get("secret"))


def read_account(kind: type[S], config: Mapping[str, Any]) -> S:
    """The settings record of ``config``, a ``[[carrier]]`` table with its secrets filled in.

    Blanks and line ends around keys and secrets are dropped: a pasted line end in SF's partner id
    makes every call fail with a message about permissions.

    Raises: ``SeveralError`` (``carrier_settings``): each names the account and a key. What keys say
    together is looked at when each is good by itself.
    """
    account = str(config.get("name") or config.get("carrier") or "?")
    known = fields(kind)  # type: ignore[arg-type]  # every kind is a dataclass
    wrong = _unknown(account, config, setting_names(kind))
    values = {}
    for item in known:
        try:
            if _given(account, item, config):
                values[item.name] = _value(account, item, config)
        except UserError as error:
            wrong.append(error)
    refuse(wrong)
    return kind(**values)


def refuse(problems: Sequence[UserError]) -> None:
    """Raise what was found, all of it at once, when there is anything."""
    if problems:
        raise SeveralError(problems)


def missing(account: str, key: str) -> UserError:
    """What to raise when ``account`` lacks ``key``."""
    return _wrong(
        T("The carrier account {name} has no {key}.", name=account, key=key),
        T("Add {key} to the carrier account.", key=key),
    )


def unusable(account: str, key: str, what_fits: Text) -> UserError:
    """What to raise when ``key`` of ``account`` has a value that its other keys rule out."""
    return _wrong(
        T("{key} of the carrier account {name} cannot be used.", name=account, key=key), what_fits
    )


def _unknown(account: str, config: Mapping[str, Any], known: tuple[str, ...]) -> list[UserError]:
    return [
        _wrong(
            T("The carrier account {name} has an unknown key {key}.", name=account, key=name),
            T(
                "The nearest known key is {near}.",
                near=difflib.get_close_matches(name, known, n=1, cutoff=0)[0],
            ),
        )
        for name in config
        if name not in known
    ]


def _given(account: str, item: Field[Any], config: Mapping[str, Any]) -> bool:
    value = config.get(item.name)
    given = bool(value.strip()) if isinstance(value, str) else value is not None
    if not given and item.default is MISSING:
        raise missing(account, item.name)
    return given


def _value(account: str, item: Field[Any], config: Mapping[str, Any]) -> Any:
    value, wanted = config[item.name], str(item.type)
    fault = unusable(account, item.name, _expectation(item))
    if wanted == "str":
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise fault
        text = str(value).strip()
        if item.metadata["choices"] and text not in item.metadata["choices"]:
            raise fault
        if item.metadata.get("digits") and not (text.isascii() and text.isdigit()):
            raise fault
        if item.name.endswith("_url") and not text.startswith(("http://", "https://")):
            raise fault
        return text.rstrip("/") if item.name.endswith("_url") else text
    if wanted == "bool":
        if not isinstance(value, bool):
            raise fault
        return value
    if wanted in {"int", "float"}:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise fault
        if not math.isfinite(value) or value < 0:
            raise fault
        if (wanted == "int" and value != int(value)) or (value == 0 and wanted == "float"):
            raise fault
        return int(value) if wanted == "int" else float(value)
    return _sequence(value, wanted, fault)


def _sequence(value: Any, wanted: str, fault: UserError) -> tuple[Any, ...]:
    """A box size ``[length, width, height]`` in mm, or a list of tables."""
    if not isinstance(value, list | tuple):
        raise fault
    if wanted == "tuple[int, ...]":
        sides = [v for v in value if isinstance(v, int) and not isinstance(v, bool) and v > 0]
        if len(sides) != len(value) or len(value) not in {0, 3}:
            raise fault
        return tuple(value)
    if not all(isinstance(row, Mapping) for row in value):
        raise fault
    return tuple({str(k): str(v).strip() for k, v in row.items()} for row in value)


def _expectation(item: Field[Any]) -> Text:
    if item.metadata["choices"]:
        return T("Use one of: {choices}.", choices=", ".join(item.metadata["choices"]))
    if item.name.endswith("_url"):
        return T("An address begins with https:// or http://.")
    match str(item.type):
        case "bool":
            return T("Use true or false.")
        case "int":
            return T("Use a whole number, 0 or more.")
        case "float":
            return T("Use a number above 0.")
        case "tuple[int, ...]":
            return T("Use three whole millimetres: [length, width, height].")
        case "str" if item.metadata.get("digits"):
            return T("Use digits only.")
        case "str":
            return T("Use a text.")
        case _:
            return T("Use a list of tables.")


def _wrong(message: Text, remedy: Text) -> UserError:
    return UserError("carrier_settings", message, remedy)
