"""The label languages Packbench can write."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.text import T
from printing.languages.cpcl import CPCL
from printing.languages.escpos import ESCPOS
from printing.languages.language import Language
from printing.languages.tspl import TSPL
from printing.languages.zpl import ZPL

LANGUAGES: tuple[Language, ...] = (ESCPOS, TSPL, ZPL, CPCL)
_BY_CODE = {language.code: language for language in LANGUAGES}


def language_of(code: str) -> Language:
    """The language with this code.

    Raises:
        UserError: ``language_unknown``.
    """
    language = _BY_CODE.get(code)
    if language is None:
        known = ", ".join(_BY_CODE)
        raise UserError(
            "language_unknown",
            T("There is no label language {code}.", code=code),
            T("Choose one of {known}, pdf, system or component.", known=known),
        )
    return language
