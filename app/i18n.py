"""The language of the process: Chinese unless somebody asks for English."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from pathlib import Path

from app.domain.text import install_catalogue
from app.paths import resources

CHINESE = "zh_CN"
ENGLISH = "en"  # the source strings
LANGUAGES = (CHINESE, ENGLISH)
VARIABLE = "PACKBENCH_LANG"


def compiled_file(language: str) -> Path:
    return resources() / "translations" / language / "LC_MESSAGES" / "packbench.mo"


def choose_language(asked: str, saved: str, environ: Mapping[str, str]) -> str:
    """The first that is one of ``LANGUAGES``: the command line's, the settings', the environment's.

    Values like ``zh_CN.UTF-8``, ``zh`` or ``en_GB`` are understood. Without any: Chinese.
    """
    for wish in (asked, saved, environ.get(VARIABLE, "")):
        for language in LANGUAGES:
            if wish and wish.replace("-", "_").lower().startswith(language[:2]):
                return language
    return CHINESE


def install_language(language: str) -> None:
    """From now on every sentence of this process is in ``language``, one of ``LANGUAGES``."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    if language == ENGLISH:
        install_catalogue(None)
        return
    with compiled_file(language).open("rb") as file:
        catalogue = gettext.GNUTranslations(file)

    def lookup(msgid: str) -> str:
        return catalogue.gettext(msgid) if msgid else ""  # gettext answers "" with its header

    install_catalogue(lookup, catalogue.ngettext)
