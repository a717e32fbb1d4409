"""Benches that buy, ship, cancel and count at random on one database; then the books are judged.

    python bench/stock_storm.py [--benches N] [--orders N] [--seed N] [--on sqlite|postgresql]
    python bench/stock_storm.py --plug [--acts N] [--on sqlite|postgresql]

``--plug`` pulls it: on SQLite one program after the other is killed until they have done
``--acts``, and ``db check`` runs after each; on PostgreSQL the server is killed under the load.
Not a measurement: it ends with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support import stock_plug
from tests.support.postgres import Server, running_server
from tests.support.stock_storm import StockStorm, storm_data

_RESTARTS = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--benches", type=int, default=8)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--acts", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--plug", action="store_true")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    began_s = time.monotonic()
    with (
        _server(chosen.on) as server,
        tempfile.TemporaryDirectory() as name,
        storm_data(Path(name), server.url if server else "") as data,
    ):
        storm = StockStorm(data, Path(name) / "journals", chosen.seed)
        wrong = _run(storm, chosen, server)
        wrong += storm.wrong()
    for title, count in sorted(storm.counts.items()):
        print(f"{title:24}{count:8}")
    print(f"{time.monotonic() - began_s:.0f} s: {len(wrong)} wrong")
    for line in wrong[:20]:
        print(f"  {line}")
    return 1 if wrong else 0


def _run(storm: StockStorm, chosen: argparse.Namespace, server: Server | None) -> list[str]:
    if chosen.plug and server is None:
        kills, broken = stock_plug.kill_again_and_again(storm, chosen.acts, seed=chosen.seed)
        print(f"killed {kills} times")
        return broken
    storm.start(chosen.benches, chosen.orders)
    if chosen.plug and server is not None:
        restarts = stock_plug.restart_under_load(server, storm, _RESTARTS, seed=chosen.seed)
        print(f"the server was killed {restarts} times")
    storm.wait()
    return []


@contextmanager
def _server(kind: str) -> Iterator[Server | None]:
    if kind == "sqlite":
        yield None
        return
    with running_server() as server:
        yield server


if __name__ == "__main__":
    sys.exit(main())
