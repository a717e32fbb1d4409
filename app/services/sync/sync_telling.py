"""How far a run of the sync is, told to whoever watches it and to every screen."""

from __future__ import annotations

import time

from app.jobs import Progress, Step
from app.services.leases import renew
from app.services.sync import sync_state
from app.services.sync.sync_reading import SyncResult
from app.services.workplace import Workplace

_TELL_EVERY_S = 1.0


class Teller:
    """Says how far a run is: to whoever watches, and in the database for every screen."""

    def __init__(
        self,
        work: Workplace,
        shop_id: str,
        stream: str,
        lease: str,
        result: SyncResult,
        progress: Progress,
    ) -> None:
        self._work, self._shop_id, self._stream, self._lease = work, shop_id, stream, lease
        self._result, self._progress = result, progress
        self._began_s = self._told_s = time.monotonic()
        self._written = False
        self.upto_at = work.now()

    def heard(self, known: int, done: int) -> None:
        """``known`` orders are to be read in this run, ``done`` of them are."""
        failed = len(self._result.failed)
        self._progress(Step(done, known, failed, None, self._shop_id))
        now_s = time.monotonic()
        if now_s - self._told_s < _TELL_EVERY_S:
            return
        self._told_s = now_s
        renew(self._work, self._lease)
        pace = done / (now_s - self._began_s)
        sync_state.remember_backlog(
            self._work, self._shop_id, self._stream, self.upto_at, known - done, pace
        )
        self._written = True
        self._work.changed("shops")

    def finished(self) -> None:
        """Nothing is left to do."""
        if self._written:
            sync_state.remember_backlog(
                self._work, self._shop_id, self._stream, self.upto_at, 0, None
            )
