"""What a service is given that works on a data folder itself, not on its open database."""

from __future__ import annotations

from typing import Protocol

from app.paths import DataPaths
from app.ports import SecretStore
from app.services.workplace import Workplace
from app.settings import LocalSettings


class OpenedAt(Protocol):
    """The services of one database that nobody has checked yet."""

    @property
    def work(self) -> Workplace: ...

    def close(self) -> None: ...


class Folder(Protocol):
    """A data folder that nobody else has open. ``secrets`` are those of this computer alone."""

    @property
    def paths(self) -> DataPaths: ...

    @property
    def local(self) -> LocalSettings: ...

    @property
    def secrets(self) -> SecretStore: ...

    def open_at(self, url: str) -> OpenedAt:
        """The services on the database at ``url``; nothing is checked or made there."""
        ...
