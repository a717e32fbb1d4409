"""Exit statuses, errors and languages, whatever the command is."""

from __future__ import annotations

import argparse
import io
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from app.cli.commands import build
from app.cli.result import CommandResult, ErrorRow
from app.cli.shell import run
from app.cli.waves import ORDER_BY
from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.i18n import install_language
from app.jobs import Cancelled
from app.services.waves import waves
from main import DOORS
from tests.cli.calling import Shell
from tests.support.logs import ExpectedLogs


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _parsers(inner)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_command_has_help(language: str) -> None:
    install_language(language)
    texts = [p.format_help() for p in _parsers(build(DOORS))]
    assert len(texts) > 35
    assert all("--json" in t for t in texts)


def test_unknown_command_names_the_nearest(shell: Shell) -> None:
    answer = shell("ordrs")
    assert answer.code == 1
    assert answer.err == "There is no “ordrs” here.\n  → Did you mean “orders”? [usage]\n"


def test_usage_error_as_json_is_a_document(shell: Shell) -> None:
    (error,) = shell.json("orders", "list", "--state", "to_chek").errors
    assert error["code"] == "usage"
    assert error["remedy"] == "Did you mean “to_check”?"


@pytest.mark.parametrize(
    "arguments",
    [
        ["orders"],
        ["orders", "list", "--limit", "0"],
        ["orders", "list", "--limit", "x"],
        ["orders", "show"],
        ["sync", "--since", "yesterday"],
        ["label", "render", "X", "--format", "pdf", "--media", "B9", "--out", "x"],
        ["label", "render", "X", "--format", "gif", "--out", "x"],
        ["ship"],
        ["ship", "--wave", "W", "--parcel", "P"],
        ["stock", "receive", "SKU", "-3"],
        ["stock", "adjust", "SKU", "3"],
        ["wave", "create", "--order-by", "colour"],
        ["--lang", "fr", "orders", "list"],
        ["orders", "list", "--nothing"],
    ],
)
def test_wrong_usage_exits_with_1_and_touches_nothing(shell: Shell, arguments: list[str]) -> None:
    answer = shell.json(*arguments)
    assert answer.code == 1
    assert [e["code"] for e in answer.errors] == ["usage"]
    assert not shell.data.exists()


def test_options_may_stand_behind_the_command(tmp_path: Path) -> None:
    out = io.StringIO()
    code = run(["orders", "list", "--json", "--data", str(tmp_path / "d")], DOORS, out=out)
    assert (code, out.getvalue()) == (0, '{"ok": true, "rows": [], "errors": []}\n')


def test_language_comes_from_the_settings(shell: Shell) -> None:
    shell("db", "check")
    (shell.data / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    err = io.StringIO()
    run(["--data", str(shell.data), "orders", "show", "1"], DOORS, err=err)
    assert err.getvalue().startswith("There is no order 1.")


def test_without_anything_chinese_is_spoken(tmp_path: Path) -> None:
    err = io.StringIO()
    run(["--data", str(tmp_path), "ordrs"], DOORS, err=err)
    assert err.getvalue() == "这里没有“ordrs”。\n  → 是不是“orders”？ [usage]\n"


def _failing(shell: Shell, error: BaseException) -> Shell:
    def fail(data: Path | None, *, user: str) -> NoReturn:
        raise error

    return replace(shell, doors=replace(DOORS, open_services=fail))


def test_try_again_later_exits_with_2(shell: Shell) -> None:
    error = RetryableError("shop_offline", T("The shop does not answer."), T("Try again later."))
    answer = _failing(shell, error).json("orders", "list")
    assert answer.code == 2
    assert answer.errors[0]["code"] == "shop_offline"


def test_our_bug_exits_with_3_and_a_log_number(shell: Shell, expected_logs: ExpectedLogs) -> None:
    expected_logs.require("app.logs", "unexpected ZeroDivisionError")
    assert not shell.data.exists()
    answer = _failing(shell, ZeroDivisionError("secret 13800138000"))("orders", "list")
    assert answer.code == 3
    assert "Traceback" not in answer.err + answer.out
    found = re.search(r"Log number: (\S{4}-\S{4})", answer.err)
    assert found is not None
    log = (shell.data / "logs" / "packbench.log").read_text(encoding="utf-8")
    assert found[1] in log
    assert "ZeroDivisionError" in log
    assert "13800138000" not in log


def test_a_bug_in_a_thread_is_in_the_log_and_not_on_the_screen(
    shell: Shell, expected_logs: ExpectedLogs, capfd: pytest.CaptureFixture[str]
) -> None:
    expected_logs.require("app.logs", "unexpected ZeroDivisionError in lane 7")
    before = sys.excepthook, threading.excepthook

    def fail(data: Path | None, *, user: str) -> NoReturn:
        thread = threading.Thread(target=lambda: 1 // 0, name="lane 7")
        thread.start()
        thread.join()
        raise UserError("no_shop", T("There is no shop."), T("Add one."))

    answer = replace(shell, doors=replace(DOORS, open_services=fail))("orders", "list")
    assert answer.code == 1
    assert "Traceback" not in answer.err + answer.out + capfd.readouterr().err
    assert "ZeroDivisionError" in (shell.data / "logs" / "packbench.log").read_text("utf-8")
    assert (sys.excepthook, threading.excepthook) == before


@pytest.mark.parametrize("error", [KeyboardInterrupt(), Cancelled()])
def test_ctrl_c_ends_without_a_traceback(shell: Shell, error: BaseException) -> None:
    answer = _failing(shell, error)("orders", "list")
    assert (answer.code, answer.err) == (130, "Stopped on request.\n")


def test_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    shell("db", "check")
    code = run(["--data", str(shell.data), "orders", "list"], DOORS, out=Gone())
    assert code == 0


def test_without_a_command_the_window_opens(shell: Shell) -> None:
    asked: list[tuple[Path | None, str]] = []

    def window(data: Path | None, language: str) -> int:
        asked.append((data, language))
        return 7

    doors = replace(DOORS, open_window=window)
    assert replace(shell, doors=doors)().code == 7
    assert asked == [(shell.data, "en")]


def _error(code: str, *, later: bool = False) -> ErrorRow:
    return ErrorRow(code, "m", "r", later=later)


@pytest.mark.parametrize(
    ("errors", "done", "code"),
    [
        ([], 0, 0),
        ([_error("held")], 0, 1),
        ([_error("held")], 1, 4),
        ([_error("rate", later=True)], 0, 2),
        ([_error("rate", later=True), _error("held")], 0, 1),
        ([_error("print_unknown")], 0, 4),
    ],
)
def test_exit_status_of_a_batch(errors: list[ErrorRow], done: int, code: int) -> None:
    assert CommandResult(errors=errors, done=done).exit_code == code


def test_many_rows_with_the_same_trouble_are_said_once(shell: Shell) -> None:
    from app.cli.output import write_errors

    err = io.StringIO()
    write_errors([ErrorRow("held", "On hold.", "Wait.", ref) for ref in "abc"], err)
    assert err.getvalue() == "On hold.\n  a b c\n  → Wait. [held]\n"


def test_sort_keys_of_waves_are_the_services() -> None:
    assert ORDER_BY == waves.ORDER_BY
