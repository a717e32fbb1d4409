"""What a command has to say: rows, errors, and from these the exit status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T, Text, ntr, tr

Row = Mapping[str, Any]

DONE = 0
USER = 1
LATER = 2
BUG = 3
PART = 4

# Codes of rows for which trying again later is all there is to do.
_LATER_CODES = frozenset(
    {
        "rate",
        "not_sent",
        "unknown",
        "busy_elsewhere",
        "void_pending",
        "printer_not_ready",
        "later",
        "shop_no_answer",
        "shop_offline",
    }
)
# It waits and goes on by itself, but not before a person has changed something.
_FIRST_CHANGE = frozenset({"shop_read_only"})
# The paper may be out: whoever runs it again must know that nothing was sent again.
_ALWAYS_PART = frozenset({"print_unknown"})


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One entry of ``errors``."""

    code: str
    message: str
    remedy: str
    ref: str = ""
    later: bool = False

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
            "ref": self.ref,
        }


def not_out(result: str, reason: Text | None, remedy: Text | None, ref: str) -> ErrorRow:
    """A paper that a printer did not put out for certain; ``result`` is unknown or not_started."""
    unknown = result == "unknown"
    return ErrorRow(
        "print_unknown" if unknown else "printer_not_ready",
        str(reason or T("It did not come out.")),
        str(remedy or T("Look at the printer, then print again.")),
        ref,
        later=not unknown,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table for people: the row's key, its heading, and how a value reads."""

    key: str
    heading: str
    right: bool = False
    show: Callable[[object], str] | None = None


@dataclass(frozen=True, slots=True)
class CommandResult:
    """``done`` counts what went well when only a part did; ``summary`` is a closing sentence.

    ``warnings`` go to stderr, with ``--json`` too: they are nothing that failed.
    """

    rows: Sequence[Row] = ()
    errors: Sequence[ErrorRow] = ()
    columns: Sequence[Column] = ()
    summary: str = ""
    done: int = 0
    exit_status: int | None = None
    warnings: Sequence[str] = ()

    @property
    def exit_code(self) -> int:
        if self.exit_status is not None:
            return self.exit_status
        if not self.errors:
            return DONE
        if self.done or any(e.code in _ALWAYS_PART for e in self.errors):
            return PART
        return LATER if all(e.later for e in self.errors) else USER


def error_rows(error: PackbenchError) -> list[ErrorRow]:
    """``error`` as entries of ``errors``; a configuration file has one for each wrong line."""
    problems: Sequence[PackbenchError] = getattr(error, "problems", ()) or (error,)
    later = isinstance(error, RetryableError)
    return [ErrorRow(e.code, str(e.message), str(e.remedy), e.ref, later) for e in problems]


def count_line(shown: int, found: int | None = None) -> str:
    """How many there are (all of them when nothing else is said), and how many are shown."""
    found = shown if found is None else found
    if not found:
        return tr("Nothing to show.")
    if shown < found:
        return tr("The first {shown} of {found}; see more with --limit", shown=shown, found=found)
    return ntr("{n} row", "{n} rows", found)


class Outcome(Protocol):
    """What batch services return for each parcel."""

    @property
    def ok(self) -> bool: ...

    @property
    def result(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def message(self) -> Text | None: ...

    @property
    def remedy(self) -> Text | None: ...


OutcomeT = TypeVar("OutcomeT", bound=Outcome)


def of_batch(
    outcomes: Iterable[OutcomeT],
    row: Callable[[OutcomeT], Row],
    ref: Callable[[OutcomeT], str],
    columns: Sequence[Column],
    *,
    stopped: bool = False,
) -> CommandResult:
    """The result of a batch that went on past bad rows; ``stopped``: somebody pressed Ctrl-C."""
    found = list(outcomes)
    errors = [
        ErrorRow(
            o.code or o.result,
            str(o.message or T("This did not work.")),
            str(o.remedy or T("Try again.")),
            ref(o),
            o.code not in _FIRST_CHANGE and (o.code in _LATER_CODES or o.result == "later"),
        )
        for o in found
        if not o.ok
    ]
    if stopped:
        stop = UserError("stopped", T("Stopped on request."), T("Run the command again to go on."))
        errors += error_rows(stop)
    done = sum(o.ok for o in found)
    return CommandResult([row(o) for o in found], errors, columns, done=done)
