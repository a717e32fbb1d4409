"""What other benches commit to a PostgreSQL, heard at once (LISTEN and NOTIFY).

Triggers tell it inside the transaction that changes something: what is rolled back is never told,
and nothing that is committed is forgotten, whoever wrote it. The server drops what is told twice
in one transaction. Each message names the program that it comes from, so that a program can leave
out its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.store.engine import Database
from app.store.troubles import lost

CHANNEL = "packbench"
TOLD: Mapping[str, str] = {
    "after_sales orders": "after_sales",
    "designs": "label_designs",
    "freight": "freight_statements",
    "listings": "listings",
    "orders parcels": "holds orders parcels",
    "outbox": "outbox",
    "parcels": "scans",
    "parcels waves": "waybills",
    "printers settings": "printers",
    "printers waves": "print_jobs",
    "settings": "accounts gift_rules rules settings",
    "shops": "sync_cursors",
    "shops settings": "shops",
    "stock": "bins bundle_parts sku_barcodes skus stock_balances stock_document_lines"
    " stock_documents stock_moves stock_spots",
    "tracks": "tracks",
    "waves": "waves",
}
"""Topics, and the tables whose changes are about them. The triggers are the migrations' part."""
EVERYTHING = frozenset(topic for topics in TOLD for topic in topics.split())


class Listener:
    """Hears what other programs change, on a connection of its own. One thread at a time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._raw: Any = None
        self._missed = False

    def wait(self, timeout_s: float) -> frozenset[str]:
        """The topics that others changed, as soon as they are told; empty after ``timeout_s``.

        ``EVERYTHING`` when the connection had been lost: nobody knows what was told meanwhile.
        Raises ``RetryableError`` (``database_lost``) when the server is not there.
        """
        from psycopg import Error

        try:
            if self._raw is None:
                missed, self._missed = self._missed, True  # until we listen again
                self._raw = self._connect()
                if missed:
                    return EVERYTHING
            told = [n.payload for n in self._raw.notifies(timeout=timeout_s, stop_after=1)]
        except Error as error:
            self.close()
            raise lost() from error
        return frozenset(topic for payload in told for topic in self._topics(payload))

    def _topics(self, payload: str) -> list[str]:
        sender, _, topics = payload.partition(" ")
        return [] if sender == self._db.sender else topics.split()

    def _connect(self) -> Any:
        """psycopg's own connection: it alone tells what comes without a question."""
        connection = self._db.engine.raw_connection()
        raw: Any = connection.driver_connection
        connection.detach()  # nobody else gets it back with its messages
        try:
            raw.autocommit = True
            raw.execute(f"LISTEN {CHANNEL}")
        except BaseException:
            raw.close()
            raise
        return raw

    def close(self) -> None:
        """End the connection, if there is one; ``wait`` makes another."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()
