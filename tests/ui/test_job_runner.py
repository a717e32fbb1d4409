"""Jobs run off the main thread and report on it."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.domain.errors import PackbenchError, RetryableError
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step
from tests.support.logs import ExpectedLogs
from ui.job_runner import JobRunner, JobState


def test_result_arrives_on_the_main_thread(qtbot: QtBot, jobs: JobRunner) -> None:
    threads: list[str] = []
    results: list[object] = []

    def job(_progress: Progress, _cancel: CancelToken) -> object:
        threads.append(threading.current_thread().name)
        return 42

    def done(result: object) -> None:
        threads.append(threading.current_thread().name)
        results.append(result)

    handle = jobs.run("db", job, done=done)
    qtbot.waitUntil(lambda: handle.state is JobState.DONE)
    assert results == [42]
    assert threads == ["lane db", threading.main_thread().name]


def test_progress_comes_in_batches_and_before_the_end(qtbot: QtBot, jobs: JobRunner) -> None:
    seen: list[str] = []
    batches: list[int] = []

    def job(progress: Progress, _cancel: CancelToken) -> object:
        for number in range(500):
            progress(Step(number + 1, 500, ref=str(number)))
        return None

    def progress(steps: tuple[Step, ...]) -> None:
        batches.append(len(steps))
        seen.extend(step.ref for step in steps)

    def done(_result: object) -> None:
        seen.append("end")

    handle = jobs.run("db", job, progress=progress, done=done)
    qtbot.waitUntil(lambda: handle.state is JobState.DONE)
    assert seen == [*map(str, range(500)), "end"]
    assert len(batches) < 50
    assert handle.last is not None
    assert handle.last.done == 500


def test_lanes_run_side_by_side_and_in_order_within(qtbot: QtBot, jobs: JobRunner) -> None:
    gate, order = threading.Event(), list[str]()

    def held(_progress: Progress, _cancel: CancelToken) -> object:
        assert gate.wait(10)
        order.append("printer")
        return None

    def quick(name: str) -> object:
        order.append(name)
        return None

    slow = jobs.run("printer", held)
    after = jobs.run("printer", lambda _p, _c: quick("printer again"))
    other = jobs.run("db", lambda _p, _c: quick("db"))
    qtbot.waitUntil(lambda: other.state is JobState.DONE)
    assert slow.active
    assert after.state is JobState.WAITING
    gate.set()
    qtbot.waitUntil(lambda: after.state is JobState.DONE)
    assert order == ["db", "printer", "printer again"]


def test_cancelled_job_stops_and_says_so(qtbot: QtBot, jobs: JobRunner) -> None:
    started, told = threading.Event(), list[str]()

    def job(_progress: Progress, cancel: CancelToken) -> object:
        started.set()
        cancel.wait(30)
        return "never"

    handle = jobs.run(
        "db", job, done=lambda _r: told.append("done"), cancelled=lambda: told.append("cancelled")
    )
    assert started.wait(10)
    handle.cancel()
    qtbot.waitUntil(lambda: not handle.active)
    assert told == ["cancelled"]
    assert handle.state is JobState.CANCELLED


def test_known_error_reaches_the_caller_as_it_is(qtbot: QtBot, jobs: JobRunner) -> None:
    errors: list[PackbenchError] = []

    def job(_progress: Progress, _cancel: CancelToken) -> object:
        raise RetryableError("offline", T("No network."), T("Try later."))

    handle = jobs.run("shop:1", job, failed=errors.append)
    qtbot.waitUntil(lambda: handle.state is JobState.FAILED)
    assert [error.code for error in errors] == ["offline"]


def test_bug_becomes_a_sentence_with_a_number_and_no_private_text(
    qtbot: QtBot, jobs: JobRunner, expected_logs: ExpectedLogs
) -> None:
    errors: list[PackbenchError] = []
    expected_logs.require("app.logs", r"^\[[2-9A-Z]{4}-[2-9A-Z]{4}\] unexpected KeyError in job db")

    def job(_progress: Progress, _cancel: CancelToken) -> object:
        raise KeyError("Lin Weijuan")

    handle = jobs.run("db", job, failed=errors.append)
    qtbot.waitUntil(lambda: handle.state is JobState.FAILED)
    assert errors[0].code == "unexpected"
    assert errors[0].ref in str(errors[0])
    assert "Lin" not in str(errors[0])


def test_nothing_is_called_once_the_owner_is_gone(qtbot: QtBot, jobs: JobRunner) -> None:
    import shiboken6

    gate, called = threading.Event(), list[object]()
    owner = QObject()

    def job(_progress: Progress, _cancel: CancelToken) -> object:
        assert gate.wait(10)
        return 1

    handle = jobs.run("db", job, done=called.append, owner=owner)
    shiboken6.delete(owner)
    gate.set()
    qtbot.waitUntil(lambda: handle.state is JobState.DONE)
    assert called == []


def test_closing_ends_every_thread(qtbot: QtBot, jobs: JobRunner) -> None:
    before = threading.active_count()
    waiting = threading.Event()

    def job(_progress: Progress, cancel: CancelToken) -> object:
        waiting.set()
        cancel.wait(30)
        return None

    jobs.run("a", job)
    jobs.run("b", lambda _p, _c: None)
    assert waiting.wait(10)
    assert jobs.close()
    assert threading.active_count() == before
    assert jobs.run("a", job).state is JobState.CANCELLED
