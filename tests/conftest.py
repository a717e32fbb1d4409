"""Rules for every test: no unexpected log line, nothing left running, nobody else's data."""

from __future__ import annotations

import functools
import logging
import os
import ssl
import threading
from collections.abc import Iterator

import pytest

from app.domain.text import install_catalogue
from tests.support.clock import FakeClock
from tests.support.leftovers import close_windows, new_threads
from tests.support.logs import Collector, ExpectedLogs
from tests.support.network import NetworkGuard
from tests.support.postgres import POSTGRES_ENV, postgres_programs, running_server


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's folders, keyring and language are none of the tests' business."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "CONFIG", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name in ("PACKBENCH_LANG", "PACKBENCH_DATA"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def network_guard() -> Iterator[NetworkGuard]:
    guard = NetworkGuard()
    with pytest.MonkeyPatch.context() as patch:
        guard.install(patch)
        yield guard


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL for this process of pytest, started when first asked for; its URL."""
    given = os.environ.get(POSTGRES_ENV)
    if given:
        yield given
        return
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed: .ci/setup test installs it")
    with running_server() as started:
        yield started.url


@pytest.fixture(scope="session", autouse=True)
def one_tls_context() -> Iterator[None]:
    """Every HTTP client makes a context (20 ms) and here all of them speak plain HTTP."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture
def expected_logs() -> ExpectedLogs:
    """Names the log lines at WARNING or above that the test expects."""
    return ExpectedLogs()


@pytest.fixture(autouse=True)
def nothing_unexpected(network_guard: NetworkGuard, expected_logs: ExpectedLogs) -> Iterator[None]:
    """Fails a test for log lines, threads, windows and connections that nobody announced."""
    threads_before = set(threading.enumerate())
    collector = Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield
    wrong = [f"window left open: {name}" for name in close_windows()]
    wrong += [f"thread left running: {t.name}" for t in new_threads(threads_before)]
    root.removeHandler(collector)
    wrong += expected_logs.complaints(collector.records)
    wrong += [f"connection to another machine: {a}" for a in network_guard.attempts]
    network_guard.attempts.clear()
    install_catalogue(None)
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that moves only when the test moves it."""
    return FakeClock()
