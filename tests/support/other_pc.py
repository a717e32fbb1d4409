"""Another PC at the same shops: a database of its own, and a clock that may be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import adapters, open_services
from app.services import configuring
from app.settings import parse_config
from tests.support.clock import FakeClock
from tests.support.warehouse import Bench, fill_shelves


@contextmanager
def another_pc(bench: Bench, folder: Path, clock: FakeClock | None = None) -> Iterator[Bench]:
    """A second bench of the same simulated world; ``clock`` None is the world's own."""
    own = clock or bench.clock
    services = open_services(folder, clock=own, user="test", bench="A3", keyring_allowed=False)
    try:
        config = parse_config(bench.world.configuration().encode(), adapters(), {})
        configuring.apply(services.work, services.secrets, config)
        other = Bench(services, bench.world, own, folder)
        fill_shelves(other)
        yield other
    finally:
        services.close()
