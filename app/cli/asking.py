"""A secret from a person: never as an argument, where every program of the computer reads it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T, tr


def add_source(parser: argparse.ArgumentParser, what: str, about: str) -> None:
    """``--WHAT-env NAME`` and ``--WHAT-file FILE``; ``about`` is what it is, for the help."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        f"--{what}-env",
        metavar=tr("NAME"),
        help=tr("{about}: in this environment variable", about=about),
    )
    source.add_argument(
        f"--{what}-file",
        type=Path,
        metavar=tr("FILE"),
        help=tr("{about}: the first line of this file", about=about),
    )


def given(wanted: argparse.Namespace, what: str, environ: Mapping[str, str]) -> str | None:
    """The secret from the environment or the file that was named; ``None``: neither was.

    Raises ``UserError`` (``secret_missing``).
    """
    name: str | None = getattr(wanted, f"{what}_env")
    file: Path | None = getattr(wanted, f"{what}_file")
    if name is not None:
        found = environ.get(name, "")
    elif file is not None:
        try:
            found = (file.read_text(encoding="utf-8").splitlines() or [""])[0]
        except (OSError, ValueError):
            found = ""
    else:
        return None
    if not found:
        raise UserError(
            "secret_missing",
            T("There is nothing in {place}.", place=name or file),
            T("Put the secret there, or leave the option out to be asked."),
        )
    return found


def ask(question: str, *, twice: bool = False) -> str:
    """Let a person type it, without showing it.

    Raises ``UserError``: ``nobody_to_ask``, ``secrets_differ``.
    """
    import getpass

    if not sys.stdin.isatty():
        raise UserError(
            "nobody_to_ask",
            T("There is nobody to ask for: {what}", what=question),
            T("Give it in an environment variable or a file, see --help."),
        )
    first = getpass.getpass(f"{question}: ")
    if twice and getpass.getpass(tr("Once more: ")) != first:
        raise UserError(
            "secrets_differ", T("The two are not the same."), T("Run the command again.")
        )
    return first
