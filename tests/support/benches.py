"""A second computer at a shared database: a data folder of its own, joined by the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.bootstrap import Services, open_services
from app.secrets import open_secrets
from app.settings import DATA_KEY, SHARED_KEY
from tests.cli.calling import Answer, Shell
from tests.support.clock import FakeClock

PASSPHRASE = "fünf Wörter 五个字 gehören nicht zusammen"


def secret_file(folder: Path, secret: str = PASSPHRASE) -> str:
    """A file that holds it, for ``--passphrase-file``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "passphrase.txt"
    file.write_text(f"{secret}\n", encoding="utf-8")
    return str(file)


def share(shell: Shell) -> Answer:
    return shell.json("db", "share", "--passphrase-file", secret_file(shell.data))


def join(shell: Shell, url: str, *more: str) -> Answer:
    """``db join``; the passphrase is the right one unless ``more`` names another file."""
    source = [] if "--passphrase-file" in more else ["--passphrase-file", secret_file(shell.data)]
    return shell.json("db", "join", url, *source, *more)


@contextmanager
def services_of(folder: Path, clock: FakeClock, bench: str = "") -> Iterator[Services]:
    services = open_services(folder, clock=clock, user="test", bench=bench, keyring_allowed=False)
    try:
        yield services
    finally:
        services.close()


def hand_over_key(opened: Services, folder: Path) -> None:
    """What ``db share`` and ``db join`` do, without words: for tests about other things."""
    key = opened.secrets.get(SHARED_KEY) or opened.secrets.get(DATA_KEY)
    assert key
    open_secrets(folder / "secrets", keyring_allowed=False).set(SHARED_KEY, key)
