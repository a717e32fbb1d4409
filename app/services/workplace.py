"""What every service is given: the database, the clock, the outside world, and who is working."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.domain.keys import KeyMaker
from app.ports import Clock, Outside, Sealer
from app.store.engine import Database

Topics = frozenset[str]


def nobody_listens(_topics: Topics) -> None:
    """For the command line: nothing on a screen has to change."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """One bench, one person, one database. Safe to share between threads.

    ``announce`` is called after a commit with the topics that changed (``orders``, ``stock``,
    ``waves``, ``printers``, ``outbox``, ``shops``, ``tracks``), from whichever thread committed.
    """

    db: Database
    clock: Clock
    sealer: Sealer
    outside: Outside
    user: str = ""
    bench: str = ""
    holder: str = ""
    folder: Path | None = None  # this PC's own data folder
    announce: Callable[[Topics], None] = nobody_listens
    keys: KeyMaker = field(default_factory=KeyMaker)
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("packbench"))

    def now(self) -> datetime:
        return self.clock.now()

    def key(self) -> str:
        """A fresh key for a row; see ``app.domain.keys``."""
        return self.keys.key(self.clock.now())

    def changed(self, *topics: str) -> None:
        self.announce(frozenset(topics))
