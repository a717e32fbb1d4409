"""The scans of a bench that has no database just now, on this PC's own disk until they are told.

One line a scan, written through to the disk before the packer hears the sound. No receiver and no
name is in it: the parcel's key, the code of the goods, how many, when, and the scan's own nonce.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T

FILE = "bench-scans.jsonl"


@dataclass(frozen=True, slots=True)
class KeptScan:
    """One accepted scan that the database has not heard of for sure."""

    nonce: str
    at: datetime
    parcel_id: str
    number: str
    code: str
    quantity: int


class BenchJournal:
    """The file, read when first asked, and what it holds. Safe between threads of one program."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._guard = threading.Lock()

    @cached_property
    def _kept(self) -> list[KeptScan]:
        return self._read()

    def __len__(self) -> int:
        with self._guard:
            return len(self._kept)

    def first(self) -> KeptScan | None:
        """The oldest one."""
        with self._guard:
            return self._kept[0] if self._kept else None

    def keep(self, scan: KeptScan) -> None:
        """Durable when this returns.

        Raises ``UserError`` (``scan_not_kept``) when this PC's disk does not take it.
        """
        with self._guard:
            kept = self._kept
            try:
                with self._file.open("ab") as out:
                    out.write(_line(scan))
                    out.flush()
                    os.fsync(out.fileno())
            except OSError as error:
                raise UserError(
                    "scan_not_kept",
                    T("No database, and this PC's disk does not take the scan either."),
                    T("Take the piece out again; go on when the database is back."),
                ) from error
            kept.append(scan)

    def last_of(self, parcel_id: str) -> KeptScan | None:
        """The newest one, if it is of this parcel."""
        with self._guard:
            last = self._kept[-1] if self._kept else None
        return last if last is not None and last.parcel_id == parcel_id else None

    def forget(self, nonce: str) -> None:
        """The database has it, or it was taken back."""
        with self._guard:
            self._kept[:] = [k for k in self._kept if k.nonce != nonce]
            if self._kept:
                self._write(self._kept)
            else:
                self._file.unlink(missing_ok=True)

    def _write(self, kept: Sequence[KeptScan]) -> None:
        """Anew beside the file, then in its place: a crash leaves the one or the other."""
        beside = self._file.with_suffix(".new")
        with beside.open("wb") as out:
            out.writelines(_line(k) for k in kept)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self._file)

    def _read(self) -> list[KeptScan]:
        try:
            lines = self._file.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []
        found = {k.nonce: k for line in lines if (k := _scan(line)) is not None}
        if lines[-1]:  # the power went while it was written: nobody heard a sound for that one
            self._write(list(found.values()))
        return list(found.values())


def _line(scan: KeptScan) -> bytes:
    return json.dumps(asdict(scan) | {"at": scan.at.isoformat()}).encode() + b"\n"


def _scan(line: bytes) -> KeptScan | None:
    try:
        read = json.loads(line)
        return KeptScan(**read | {"at": datetime.fromisoformat(read["at"])})
    except (ValueError, TypeError, KeyError):
        return None
