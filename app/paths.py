"""Where Packbench keeps its things: one folder, chosen by ``--data`` or the system's own place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The files below one data folder. Nothing exists until ``prepare`` or its user makes it."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "packbench.sqlite3"

    @property
    def settings(self) -> Path:
        """What must be known before the database is open: its address, the language."""
        return self.root / "settings.toml"

    @property
    def secrets(self) -> Path:
        """A folder only its owner may open."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def log(self) -> Path:
        return self.logs / "packbench.log"

    @property
    def pictures(self) -> Path:
        """Pictures of listings, fetched from the shops; may be deleted at any time."""
        return self.root / "pictures"

    @property
    def backups(self) -> Path:
        """Copies of the database made before an upgrade."""
        return self.root / "backups"

    def prepare(self) -> None:
        """Make the folder.

        Raises: ``UserError`` (``data_folder``) when it cannot be made or written to.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.logs, self.secrets):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self._unusable(os.strerror(error.errno or 0)) from error
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise self._unusable(os.strerror(13))

    def _unusable(self, reason: str) -> UserError:
        return UserError(
            "data_folder",
            T(
                "The data folder {folder} cannot be used: {reason}.",
                folder=self.root,
                reason=reason,
            ),
            T("Choose another folder with --data, or ask for the right to write there."),
        )


def data_paths(chosen: str | Path | None = None) -> DataPaths:
    """The paths below ``chosen``, or below the user's data folder of this system."""
    if chosen is not None:
        return DataPaths(Path(chosen).expanduser().absolute())
    import platformdirs  # 17 ms that --data and --help do not pay

    return DataPaths(Path(platformdirs.user_data_dir("packbench", appauthor=False)))


def resources() -> Path:
    """The folder with fonts, icons and translations that ships with the program."""
    return Path(__file__).resolve().parents[1] / "resources"
