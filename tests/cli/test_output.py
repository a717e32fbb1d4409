"""What people and programs get to see."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.cli.output import progress_bar, write
from app.cli.result import Column, CommandResult
from app.domain.states import ParcelState
from app.domain.text import T
from app.jobs import Step, ignore_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _json(value: object) -> object:
    out = io.StringIO()
    write(CommandResult([{"x": value}]), as_json=True, out=out, err=io.StringIO())
    return json.loads(out.getvalue())["rows"][0]["x"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), "2026-11-20T02:00:00Z"),
        (
            datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=8))),
            "2026-11-20T02:00:00Z",
        ),
        (T("Close {x}.", x=1), "Close 1."),
        (ParcelState.TO_LABEL, "to_label"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ("好运路", "好运路"),
        (None, None),
    ],
)
def test_values_in_json(value: object, shown: object) -> None:
    assert _json(value) == shown


def test_value_that_has_no_place_is_our_bug() -> None:
    with pytest.raises(TypeError, match="object has no place"):
        _json(object())


def _table(row: dict[str, object]) -> str:
    out = io.StringIO()
    columns = [Column(key, key.upper()) for key in row]
    write(CommandResult([row], columns=columns), as_json=False, out=out, err=io.StringIO())
    return out.getvalue()


def test_table_for_people() -> None:
    table = _table(
        {
            "yes": True,
            "no": False,
            "none": None,
            "list": ["refund", "short"],
            "lines": [{"sku": "TEA-1", "quantity": 2}, {"sku": "", "title": "茶", "quantity": 1}],
            "box": {"a": 1},
            "state": ParcelState.TO_PICK,
            "markup": "[red]x[/red]",
        }
    )
    for shown in ("✓", "refund, short", "TEA-1 ×2, 茶 ×1", "a=1", "to_pick", "[red]x[/red]"):
        assert shown in table
    assert "None" not in table
    assert "False" not in table


def test_long_cells_are_not_cut_in_a_file() -> None:
    assert "x" * 150 in _table({"long": "x" * 150})


def test_times_are_local_for_people() -> None:
    at = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    assert at.astimezone().strftime("%m-%d %H:%M") in _table({"at": at})


def test_nothing_found_is_said() -> None:
    out = io.StringIO()
    write(CommandResult(), as_json=False, out=out, err=io.StringIO())
    assert out.getvalue() == "Nothing to show.\n"


def test_progress_is_silent_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress_bar("Printing") as progress:
        assert progress is ignore_progress


def test_progress_stands_on_stderr_and_counts_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("Printing") as progress:
        progress(Step(3, 10, failed=1))
    shown = terminal.getvalue()
    assert "Printing, 1 failed" in shown
    assert "3/10" in shown


def test_numbers_are_never_broken_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    row = {"order_id": "3732207840122801799", "name": "手作粗陶茶杯 月白 200ml", "id": "9" * 18}
    columns = [Column(key, key) for key in row]
    write(CommandResult([row], columns=columns), as_json=False, out=terminal, err=io.StringIO())
    assert row["order_id"] in terminal.getvalue()
    assert row["id"] in terminal.getvalue()
