from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import logs
from tests.support.logs import ExpectedLogs

log = logging.getLogger("app.somewhere")


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A log being written."""
    levels = {name: logging.getLogger(name).level for name in ("", "httpx", "httpcore")}
    handler = logs.write_log(tmp_path / "logs" / "packbench.log")
    yield tmp_path / "logs" / "packbench.log"
    logs.close_log(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_lines_have_utc_time_level_and_logger(file: Path) -> None:
    log.info("order %s stored", "3704112233445566778")
    line = file.read_text(encoding="utf-8")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO ", line)
    assert "app.somewhere: order 3704112233445566778 stored" in line


def test_log_is_readable_by_its_owner_only(file: Path) -> None:
    log.info("x")
    assert file.stat().st_mode & 0o777 == 0o600


def test_private_data_is_hidden_in_messages_and_tracebacks(
    file: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.require("app.logs", "unexpected ValueError")
    try:
        raise ValueError("bad phone 13800138000")
    except ValueError as error:
        log.info("receiver %s", "13900139000")
        log_id = logs.log_bug(error, "a test")
    text = file.read_text(encoding="utf-8")
    assert f"[{log_id}]" in text
    assert "Traceback" in text
    assert "13800138000" not in text
    assert "13900139000" not in text


def test_a_bug_is_logged_with_its_places_and_without_any_words(
    file: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.require("app.logs", "unexpected RuntimeError in a test")
    name, street = "Lin Weijuan", "Haoyun Road 1"
    with logs.Bugs("a test", OSError) as bugs:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise RuntimeError(street) from error
    text = file.read_text(encoding="utf-8")
    assert f"[{bugs.log_id}]" in text
    assert text.index("raise KeyError") < text.index("raise RuntimeError")
    assert name not in text
    assert street not in text


@pytest.mark.parametrize("error", [FileNotFoundError("x"), KeyboardInterrupt()])
def test_what_is_expected_is_no_bug(error: BaseException) -> None:
    bugs = logs.Bugs("a test", OSError)
    with pytest.raises(type(error)), bugs:
        raise error
    assert bugs.log_id == ""


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_http_libraries_do_not_log_addresses(file: Path, name: str) -> None:
    logging.getLogger(name).info("GET https://example.com/?access_token=x")
    log.info("end")
    assert "example.com" not in file.read_text(encoding="utf-8")


def test_full_file_is_rotated_and_old_ones_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 500)
    monkeypatch.setattr(logs, "KEPT_FILES", 2)
    handler = logs.write_log(tmp_path / "x.log")
    for n in range(100):
        log.info("line %d", n)
    logs.close_log(handler)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2"]
    assert "line 99" in (tmp_path / "x.log").read_text(encoding="utf-8")


def test_file_that_cannot_be_renamed_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows a log that another process writes cannot be renamed."""
    monkeypatch.setattr(logs, "MAX_BYTES", 200)

    def refuse(self: Path, target: object) -> Path:
        raise PermissionError(13, "in use", str(target))

    handler = logs.write_log(tmp_path / "x.log")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        for n in range(10):
            log.info("line %d", n)
    logs.close_log(handler)
    assert [p.name for p in tmp_path.iterdir()] == ["x.log"]
    assert (tmp_path / "x.log").read_text(encoding="utf-8").count("line") == 10


def test_folder_that_cannot_be_made_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    handler = logs.write_log(tmp_path / "file" / "logs" / "x.log")
    log.info("line")
    logs.close_log(handler)
    assert capsys.readouterr().err == ""


def test_log_without_a_line_leaves_no_file(tmp_path: Path) -> None:
    logs.close_log(logs.write_log(tmp_path / "data" / "logs" / "x.log"))
    assert list(tmp_path.iterdir()) == []


def test_log_ids_are_short_and_differ() -> None:
    ids = {logs.new_log_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", i) for i in ids)


def test_what_nobody_caught_in_a_thread_is_logged(
    expected_logs: ExpectedLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_logs.require("app.logs", "unexpected KeyError in lane 7")
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.log_uncaught()

    def fail() -> None:
        raise KeyError("x")

    thread = threading.Thread(target=fail, name="lane 7")
    thread.start()
    thread.join()


def test_what_nobody_caught_in_the_main_thread_is_logged(
    expected_logs: ExpectedLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected_logs.require("app.logs", "unexpected OSError in main thread")
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    logs.log_uncaught()
    sys.excepthook(OSError, OSError("x"), None)
