"""The loopback server: routes, keep-alive, faults, journal, and a clean end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from app.simulators.server import LoopbackServer, Request, Response, SimulatorCrashedError
from tests.support.logs import ExpectedLogs


class Counter:
    """Counts how often the handler took effect."""

    def __init__(self) -> None:
        self.effects = 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        with self._lock:
            self.effects += 1
        return Response.of_json({"errcode": 0, "path": request.path, "n": self.effects}, code="0")


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def server(counter: Counter) -> Iterator[LoopbackServer]:
    server = LoopbackServer()
    server.route("POST", "/shop", counter)
    with server:
        yield server


def post(server: LoopbackServer, path: str = "/shop/send", **kwargs: float) -> httpx.Response:
    with httpx.Client(timeout=httpx.Timeout(5.0, **kwargs)) as client:
        return client.post(server.base_url + path, json={"a": "订单"})


def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="loopback"):
        LoopbackServer("0.0.0.0")  # noqa: S104 - this is what must be refused


def test_the_longest_prefix_wins_and_segments_are_whole(
    server: LoopbackServer, counter: Counter
) -> None:
    server.route("POST", "/shop/send", lambda _: Response.of_json({"longest": True}))
    assert post(server).json() == {"longest": True}
    assert post(server, "/shop/send/more").json() == {"longest": True}
    assert post(server, "/shop/sender").json()["path"] == "/shop/sender"
    assert post(server, "/shopping").status_code == 404


def test_a_wrong_verb_is_405(server: LoopbackServer) -> None:
    assert httpx.get(server.base_url + "/shop/send").status_code == 405


def test_one_connection_serves_many_calls(server: LoopbackServer, counter: Counter) -> None:
    with httpx.Client() as client:
        answers = [client.post(server.base_url + "/shop/x", json={}) for _ in range(5)]
    assert [a.json()["n"] for a in answers] == [1, 2, 3, 4, 5]
    assert server.journal.count("/shop/x") == 5


def test_closing_before_means_no_effect(server: LoopbackServer, counter: Counter) -> None:
    server.faults.close_before("/shop/send")
    with pytest.raises(httpx.RemoteProtocolError):
        post(server)
    assert counter.effects == 0
    assert post(server).status_code == 200
    lost, good = server.journal.calls("/shop/send")
    assert (lost.status, lost.handled, lost.fault) == (0, False, "close_before")
    assert (good.status, good.handled, good.code, good.body) == (200, True, "0", {"a": "订单"})


def test_a_lost_answer_has_its_effect(server: LoopbackServer, counter: Counter) -> None:
    server.faults.lose_answer("/shop/send", times=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            post(server)
    assert counter.effects == 2
    assert [c.code for c in server.journal.calls(handled=True)] == ["0", "0"]


def test_a_hanging_answer_comes_when_released(server: LoopbackServer, counter: Counter) -> None:
    fault = server.faults.hang("/shop/send")
    answers: list[int] = []
    caller = threading.Thread(target=lambda: answers.append(post(server).status_code))
    caller.start()
    fault.wait_until_met()
    assert answers == []
    fault.release()
    caller.join()
    assert answers == [200]
    assert counter.effects == 1


def test_a_client_that_gives_up_on_a_hang_leaves_the_effect(
    server: LoopbackServer, counter: Counter
) -> None:
    fault = server.faults.hang("/shop/send")
    with pytest.raises(httpx.ReadTimeout):
        post(server, read=0.05)
    fault.release()
    assert len(server.journal.wait_for("/shop/send", 1)) == 1
    assert counter.effects == 1


def test_bad_gateway_is_html_with_or_without_effect(
    server: LoopbackServer, counter: Counter
) -> None:
    server.faults.bad_gateway("/shop")
    server.faults.bad_gateway("/shop", takes_effect=True)
    first, second = post(server), post(server)
    assert [first.status_code, second.status_code] == [502, 502]
    assert first.headers["content-type"].startswith("text/html")
    assert counter.effects == 1


def test_a_truncated_answer_is_no_json(server: LoopbackServer, counter: Counter) -> None:
    server.faults.truncate("/shop/send")
    answer = post(server)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r".+"):
        answer.json()
    assert counter.effects == 1


def test_a_given_code_is_answered_only_where_the_predicate_fits(
    server: LoopbackServer, counter: Counter
) -> None:
    server.faults.answer_json(
        "/shop", {"errcode": -1}, times=5, when=lambda r: r.path.endswith("b")
    )
    assert post(server, "/shop/a").json()["errcode"] == 0
    assert post(server, "/shop/b").json() == {"errcode": -1}
    assert counter.effects == 1
    server.faults.clear()
    assert post(server, "/shop/b").json()["errcode"] == 0


def test_stop_ends_hanging_calls_and_every_thread(counter: Counter) -> None:
    before = set(threading.enumerate())
    server = LoopbackServer()
    server.route("POST", "/", counter)
    server.start()
    with httpx.Client() as idle:
        idle.post(server.base_url + "/kept-alive", json={})
        server.faults.hang("/shop")
        caller = threading.Thread(target=lambda: _swallow(server))
        caller.start()
        server.journal.wait_for("/kept-alive", 1)
        server.stop()
        caller.join()
    assert set(threading.enumerate()) == before
    server.stop()


def test_a_crash_of_a_handler_is_loud(expected_logs: ExpectedLogs) -> None:
    expected_logs.require("app.simulators.server", "simulator crashed")

    def crash(request: Request) -> Response:
        raise KeyError(request.path)

    server = LoopbackServer()
    server.route("POST", "/", crash)
    server.start()
    assert post(server).status_code == 500
    with pytest.raises(SimulatorCrashedError):
        server.stop()


def test_a_stopped_server_has_no_address() -> None:
    with pytest.raises(RuntimeError):
        _ = LoopbackServer().base_url


def raw(server: LoopbackServer, request: bytes) -> bytes:
    """Everything the server says to these bytes, until it hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: many", 400),
        ("Content-Length: 99999999", 413),
    ],
)
def test_a_strange_frame_is_refused(
    server: LoopbackServer, counter: Counter, head: str, status: int
) -> None:
    answer = raw(server, f"POST /shop HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert counter.effects == 0


def test_a_body_that_ends_too_early_has_no_effect(server: LoopbackServer, counter: Counter) -> None:
    answer = raw(server, b'POST /shop HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"a"')
    assert (answer, counter.effects) == (b"", 0)


def test_forms_and_questions_are_read(server: LoopbackServer) -> None:
    server.route("POST", "/form", lambda r: Response.of_json([r.form(), dict(r.query)]))
    url = server.base_url + "/form?timestamp=1&name=%E8%AE%A2"
    assert httpx.post(url, data={"service": "创建", "empty": ""}).json() == [
        {"service": "创建", "empty": ""},
        {"timestamp": "1", "name": "订"},
    ]
    assert server.journal.calls("/form")[0].body == {"service": "创建", "empty": ""}


def test_waiting_for_a_call_that_never_comes_ends(server: LoopbackServer) -> None:
    with pytest.raises(TimeoutError):
        server.journal.wait_for("/shop", 1, timeout_s=0.01)
    with pytest.raises(TimeoutError):
        server.faults.hang("/shop").wait_until_met(timeout_s=0.01)
    post(server, "/other")
    server.journal.clear()
    assert server.journal.calls() == []


def test_the_port_is_its_own(server: LoopbackServer) -> None:
    with pytest.raises(RuntimeError, match="running"):
        server.start()
    with pytest.raises(OSError, match="in use"):
        LoopbackServer(port=server.port).start()


def _swallow(server: LoopbackServer) -> None:
    try:
        post(server)
    except (httpx.HTTPError, RuntimeError):
        return
