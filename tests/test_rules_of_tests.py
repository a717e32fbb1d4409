"""The rules that conftest.py lays on every test do bite."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest

from app.ports import Clock
from tests.support.clock import START_AT, FakeClock
from tests.support.logs import ExpectedLogs
from tests.support.network import is_local

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[1]


@pytest.fixture
def inner(pytester: pytest.Pytester) -> pytest.Pytester:
    """A test folder under the same rules as this one."""
    pytester.makeconftest("from tests.conftest import *  # noqa: F403")
    pytester.makeini(f"[pytest]\npythonpath = {ROOT}\naddopts = -p no:cacheprovider\n")
    return pytester


def _outcomes(inner: pytest.Pytester, source: str) -> dict[str, int]:
    inner.makepyfile(source)
    return inner.runpytest_subprocess().parseoutcomes()


def test_unexpected_warning_in_the_log_fails_the_test(inner: pytest.Pytester) -> None:
    source = "import logging\ndef test_it(): logging.getLogger('app.x').warning('odd')"
    assert _outcomes(inner, source) == {"passed": 1, "errors": 1}


def test_expected_warning_in_the_log_is_fine(inner: pytest.Pytester) -> None:
    source = """
        import logging
        def test_it(expected_logs):
            expected_logs.require('app', 'od+')
            logging.getLogger('app.x').warning('odd')
    """
    assert _outcomes(inner, source) == {"passed": 1}


def test_required_log_line_that_does_not_come_fails_the_test(inner: pytest.Pytester) -> None:
    source = "def test_it(expected_logs): expected_logs.require('app', 'odd')"
    assert _outcomes(inner, source) == {"passed": 1, "errors": 1}


def test_thread_left_running_fails_the_test(inner: pytest.Pytester) -> None:
    source = """
        import threading
        from tests.support import leftovers
        def test_it(monkeypatch):
            leftovers.GRACE_S = 0.01
            threading.Thread(target=threading.Event().wait, name='lane', daemon=True).start()
    """
    assert _outcomes(inner, source) == {"passed": 1, "errors": 1}


def test_connection_to_another_machine_fails_the_test(inner: pytest.Pytester) -> None:
    source = """
        import socket
        def test_it():
            with socket.socket() as s:
                try:
                    s.connect(('192.0.2.1', 80))
                except OSError:
                    pass
    """
    assert _outcomes(inner, source) == {"passed": 1, "errors": 1}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_local(host: str) -> None:
    assert is_local((host, 80))


@pytest.mark.parametrize("host", ["10.0.0.1", "example.com", "192.0.2.1", "::2"])
def test_other_hosts_are_not_local(host: str) -> None:
    assert not is_local((host, 80))


def test_loopback_connections_work() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()[:2]) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_allowed_lines_cover_the_loggers_below() -> None:
    expected = ExpectedLogs()
    expected.allow("app.net")
    below = logging.LogRecord("app.net.limiter", logging.ERROR, "", 0, "x", None, None)
    beside = logging.LogRecord("app.network", logging.ERROR, "", 0, "x", None, None)
    assert expected.complaints([below]) == []
    assert len(expected.complaints([below, beside])) == 1


def test_fake_clock_moves_only_when_told(clock: FakeClock) -> None:
    as_port: Clock = clock
    assert as_port.now() == START_AT
    clock.sleep(2)
    clock.advance(minutes=1)
    assert clock.monotonic() == 62
    assert (clock.now() - START_AT).total_seconds() == 62
    assert clock.sleeps == [2]
