"""The commands as argparse sees them. Usage errors exit with 1: the user must change something."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

from app.cli.context import Context
from app.cli.result import CommandResult
from app.cli.usage import usage_reason
from app.domain.errors import UserError
from app.domain.text import T, tr
from app.i18n import LANGUAGES

Run = Callable[[argparse.Namespace, Context], CommandResult]


class Parser(argparse.ArgumentParser):
    """Raises ``UserError`` (``usage``) instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _Formatter)
        super().__init__(**options, allow_abbrev=False, add_help=False)
        self._optionals.title = tr("Options")
        self._positionals.title = tr("Arguments")
        self.add_argument("-h", "--help", action="help", help=tr("show this help and exit"))

    def error(self, message: str) -> NoReturn:
        raise UserError(
            "usage",
            T("The command is not understood: {reason}", reason=usage_reason(message)),
            T("See {command} --help", command=self.prog),
        )

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        choices = action.choices
        if choices is None or value in choices:
            return
        known = [str(c) for c in choices]
        near = difflib.get_close_matches(str(value), known, n=1, cutoff=0.5)
        remedy = (
            T("Did you mean “{near}”?", near=near[0])
            if near
            else T("Known are: {known}.", known=", ".join(known))
        )
        raise UserError("usage", T("There is no “{value}” here.", value=value), remedy)


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self, usage: Any, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        # A group asks for its own usage without any prefix, to build the names of its commands.
        super().add_usage(usage, actions, groups, tr("Usage: ") if prefix is None else prefix)


class Commands:
    """The subcommands of one level; every one also takes the common options."""

    def __init__(
        self,
        parser: argparse.ArgumentParser,
        common: argparse.ArgumentParser,
        *,
        required: bool = True,
    ) -> None:
        self._common = common
        self._sub = parser.add_subparsers(
            required=required, metavar=tr("COMMAND"), title=tr("Commands")
        )

    def add(self, name: str, help_text: str, run: Run) -> argparse.ArgumentParser:
        """A command; ``run`` is called with its arguments."""
        parser = self._parser(name, help_text)
        parser.set_defaults(run=run)
        return parser

    def group(self, name: str, help_text: str, run: Run | None = None) -> Commands:
        """A command that has commands of its own; ``run``: what it does when none is named."""
        parser = self._parser(name, help_text)
        if run is not None:
            parser.set_defaults(run=run)
        return Commands(parser, self._common, required=run is None)

    def below(self, parser: argparse.ArgumentParser) -> Commands:
        """Commands of a command that also does something by itself."""
        return Commands(parser, self._common, required=False)

    def _parser(self, name: str, help_text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = self._sub.add_parser(
            name, help=help_text, description=help_text, parents=[self._common]
        )
        return parser


def common_options() -> argparse.ArgumentParser:
    """Options that may stand before or after the command."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group(tr("Everywhere"))
    group.add_argument(
        "--data", type=Path, metavar=tr("DIR"), help=tr("database, settings and logs")
    )
    group.add_argument("--json", action="store_true", help=tr("one JSON document on stdout"))
    group.add_argument("--lang", choices=LANGUAGES, help=tr("language of this call"))
    return common


def positive(text: str) -> int:
    """A whole number above 0."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise UserError(
            "usage",
            T("“{value}” is not a number above 0.", value=text),
            T("Give a whole number, like 20."),
        )
    return number


def seconds(text: str) -> float:
    """A length of time above 0 s."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise UserError(
            "usage",
            T("“{value}” is not a number above 0.", value=text),
            T("Give seconds, like 2 or 0.5."),
        )
    return number


def web_address(text: str) -> str:
    """Where a web server listens: ``http://`` or ``https://`` and a host."""
    scheme, found, host = text.partition("://")
    if scheme not in {"http", "https"} or not found or not host.strip("/"):
        raise UserError(
            "usage",
            T("“{value}” is not a web address.", value=text),
            T("Write it like {example}.", example="http://127.0.0.1:8765"),
        )
    return text


def moment(text: str) -> datetime:
    """A time: ISO 8601; without a zone it is this computer's local time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            "usage",
            T("“{value}” is not a time.", value=text),
            T("Write it like 2026-11-20 or 2026-11-20T08:30."),
        ) from error
    return at.astimezone(UTC)


def media(text: str) -> str:
    """A size in mm like ``76x130``, or ``A4``."""
    if text.lower() == "a4":
        return "210x297"
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise UserError(
            "usage",
            T("“{value}” is not a size.", value=text),
            T("Write width x height in mm, like {example}.", example="76x130"),
        )
    return text.lower()
