"""Sentences for people, kept as message and values so that they can be shown in either language.

The source strings in the code are English; the Chinese ones stand in
``resources/translations/zh_CN/*.po``. A sentence that is stored (a hold's reason, an outbox row's
last refusal) is stored as ``Text.as_json()`` and read back with ``Text.from_json()``, so that it
follows the language of whoever reads it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Lookup = Callable[[str], str]
PluralLookup = Callable[[str, str, int], str]


def _untranslated(msgid: str) -> str:
    return msgid


def _untranslated_plural(singular: str, plural: str, n: int) -> str:
    return singular if n == 1 else plural


@dataclass(slots=True)
class _Catalogue:
    """The language of this process; ``install_catalogue`` is the only writer."""

    lookup: Lookup = _untranslated
    plural: PluralLookup = _untranslated_plural


_catalogue = _Catalogue()


def install_catalogue(lookup: Lookup | None, plural: PluralLookup | None = None) -> None:
    """Set the language of the process; ``None`` goes back to the source strings (English)."""
    _catalogue.lookup = lookup or _untranslated
    _catalogue.plural = plural or _untranslated_plural


def _fill(template: str, params: Mapping[str, Any]) -> str:
    return template.format(**params) if params else template


def tr(msgid: str, /, **params: Any) -> str:
    """The sentence in the current language, with ``{name}`` places filled."""
    return _fill(_catalogue.lookup(msgid), params)


def ntr(singular: str, plural: str, n: int, /, **params: Any) -> str:
    """Like ``tr`` for a counted thing; ``{n}`` is the count."""
    return _fill(_catalogue.plural(singular, plural, n), {"n": n, **params})


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence that is translated when it is read (``str(text)``), not when it is made."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return tr(self.msgid, **{k: str(v) for k, v in self.params.items()})

    def as_json(self) -> str:
        """Compact JSON for a database column."""
        return json.dumps(_plain(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> Text:
        """The sentence that ``as_json`` stored; other text comes back as it is."""
        try:
            read = json.loads(stored)
        except ValueError:
            return verbatim(stored)
        if not isinstance(read, dict) or "m" not in read:
            return verbatim(stored)
        return _sentence(read)


def _plain(sentence: Text) -> dict[str, Any]:
    values = {k: _plain(v) if isinstance(v, Text) else str(v) for k, v in sentence.params.items()}
    return {"m": sentence.msgid, "p": values}


def _sentence(plain: Mapping[str, Any]) -> Text:
    values = {k: _sentence(v) if isinstance(v, dict) else v for k, v in plain["p"].items()}
    return Text(plain["m"], values)


def T(msgid: str, /, **params: Any) -> Text:  # noqa: N802 - the short name that gettext tools look for
    """A sentence to be translated when it is read."""
    return Text(msgid, params)


_FULL_WIDTH_ENDS = ("。", "！", "？", "；")


def sentences(*parts: object) -> str:
    """Sentences one after the other; ``None`` and empty ones are left out.

    A full-width stop brings its own room along: no space after it.
    """
    said = ""
    for part in parts:
        words = "" if part is None else str(part)
        gap = " " if said and words and not said.endswith(_FULL_WIDTH_ENDS) else ""
        said = f"{said}{gap}{words}"
    return said


def verbatim(text: str) -> Text:
    """Somebody else's words (a carrier's refusal, a shop's message), shown as they came."""
    return Text("{text}", {"text": text})
