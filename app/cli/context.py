"""What a command is given: where the data is, how to open it, how to show progress."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.jobs import CancelToken, Progress

if TYPE_CHECKING:
    from app.cli.result import CommandResult
    from app.paths import DataPaths
    from app.ports import Health, SecretStore
    from app.services.workplace import Workplace
    from app.settings import Adapters, LocalSettings


class Opened(Protocol):
    """The services of one data folder, as ``app.bootstrap`` opens them."""

    @property
    def work(self) -> Workplace: ...

    @property
    def secrets(self) -> SecretStore: ...

    @property
    def paths(self) -> DataPaths: ...

    @property
    def local(self) -> LocalSettings: ...

    def close(self) -> None: ...


class HeldFolder(Protocol):
    """A data folder that nobody else has open, until ``close``; see ``app.services.benches``."""

    @property
    def paths(self) -> DataPaths: ...

    @property
    def local(self) -> LocalSettings: ...

    @property
    def secrets(self) -> SecretStore: ...

    def open_at(self, url: str) -> Opened: ...

    def close(self) -> None: ...


class Open(Protocol):
    def __call__(self, data: Path | None, *, user: str) -> Opened: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """What ``main`` hands in, so that the command line knows no adapter and loads none early."""

    open_services: Open
    adapters: Callable[[], Adapters]
    secret_keys: Callable[[str, str], frozenset[str]]
    fonts_health: Callable[[], Health]
    upgrade_database: Callable[[Path | None], Path | None]
    take_folder: Callable[[Path | None], HeldFolder]
    open_window: Callable[[Path | None, str], int]
    demo: Callable[[argparse.Namespace, Context], CommandResult] | None = None
    simulate: Callable[[argparse.Namespace, Context], CommandResult] | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One call of the command line. ``show_progress`` gives a bar on stderr, or nothing."""

    data: Path | None
    doors: Doors
    environ: Mapping[str, str]
    show_progress: Callable[[str], AbstractContextManager[Progress]]
    cancel: CancelToken = field(default_factory=CancelToken)

    @contextmanager
    def services(self, user: str = "") -> Iterator[Opened]:
        """The services of the data folder, closed again at the end."""
        services = self.doors.open_services(self.data, user=user)
        try:
            yield services
        finally:
            services.close()

    @contextmanager
    def folder_alone(self) -> Iterator[HeldFolder]:
        """The data folder itself, for changing which database it uses. Raises ``UserError``."""
        folder = self.doors.take_folder(self.data)
        try:
            yield folder
        finally:
            folder.close()
