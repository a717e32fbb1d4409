"""Several benches on one PostgreSQL: how soon another one hears of a change, and what it costs.

    python bench/bench_benches.py [CHANGES]

Starts a PostgreSQL of its own on loopback (it has to be installed) that waits for its disk. One
process changes something, this one hears of it as a window does: from before the transaction began
to the announcement (the window gathers for another 60 ms), beside the bare NOTIFY of the server.
"Commits" are small changes a second of several writers, with and without the triggers that tell.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg
from sqlalchemy import delete, insert, text

from app.bootstrap import open_services
from app.services.elsewhere import Watch
from app.services.workplace import Topics
from app.settings import LocalSettings, write_local
from app.store.engine import Database
from app.store.listening import TOLD
from app.store.tables import settings
from tests.support.postgres import running_server

ROOT = Path(__file__).resolve().parents[1]
COMMITS = 300
PATIENCE_S = 10.0
WRITER = """
import sys, time
from sqlalchemy import insert, delete
from app.store.engine import Database
from app.store.tables import settings
db = Database(sys.argv[1])
for line in sys.stdin:
    began = time.monotonic()
    with db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == "bench"))
        tx.execute(insert(settings).values(key="bench", value={}))
    print(began, flush=True)
db.close()
"""


def told_by(url: str, changes: int, wait: Callable[[], float]) -> list[float]:
    """Another process changes something, again and again; the delays until ``wait`` is over."""
    command = [sys.executable, "-c", WRITER, url]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        delays = []
        for _ in range(changes):
            time.sleep(0.03)  # people are slower than that
            writer.stdin.write("\n")
            writer.stdin.flush()
            heard = wait()
            delays.append(heard - float(writer.stdout.readline()))
        writer.stdin.close()
    return delays[5:]  # the first ones connect


def window(url: str, folder: Path, changes: int) -> list[float]:
    """Until a window's watch announces it."""
    write_local(folder / "settings.toml", LocalSettings(database_url=url))
    services = open_services(folder, keyring_allowed=False)
    something = threading.Event()
    heard: list[float] = []

    def announce(_topics: Topics) -> None:
        heard.append(time.monotonic())
        something.set()

    def wait() -> float:
        assert something.wait(PATIENCE_S)
        something.clear()
        return heard[-1]

    watch = Watch(replace(services.work, announce=announce))
    watch.start()
    time.sleep(0.5)
    try:
        return told_by(url, changes, wait)
    finally:
        watch.stop()
        services.close()


def bare(url: str, changes: int) -> list[float]:
    """Until psycopg alone has the message."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("LISTEN packbench")

        def wait() -> float:
            list(connection.notifies(timeout=PATIENCE_S, stop_after=1))
            return time.monotonic()

        return told_by(url, changes, wait)


def commits(url: str, writers: int) -> float:
    """Small transactions a second."""
    databases = [Database(url) for _ in range(writers)]

    def write(number: int) -> None:
        key = f"writer {number}"
        for _ in range(COMMITS // 2):
            with databases[number].write() as tx:
                tx.execute(insert(settings).values(key=key, value={}))
            with databases[number].write() as tx:
                tx.execute(delete(settings).where(settings.c.key == key))

    began = time.monotonic()
    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    took_s = time.monotonic() - began
    for db in databases:
        db.close()
    return writers * COMMITS / took_s


def triggers(url: str, word: str) -> None:
    db = Database(url)
    with db.write() as tx:
        for table in " ".join(TOLD.values()).split():
            tx.execute(text(f"ALTER TABLE {table} {word} TRIGGER packbench_tell"))
    db.close()


def main(arguments: list[str]) -> int:
    changes = int(arguments[0]) if arguments else 400
    with running_server(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        for what, delays in (
            ("heard by a window's watch", window(server.url, Path(folder), changes)),
            ("bare NOTIFY", bare(server.url, changes)),
        ):
            ms = [1000 * d for d in sorted(delays)]
            p95 = ms[int(len(ms) * 0.95)]
            print(
                f"{what}: p50 {statistics.median(ms):.1f}, p95 {p95:.1f}, longest {ms[-1]:.1f} ms"
            )
        for writers in (1, 4, 8):
            told = commits(server.url, writers)
            triggers(server.url, "DISABLE")
            silent = commits(server.url, writers)
            triggers(server.url, "ENABLE")
            print(f"commits a second, {writers} writers: {told:.0f} told, {silent:.0f} untold")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
