"""Joins the parts: the only module that knows every concrete adapter. Calls nobody by itself."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.connections import Connections, secret_keys
from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.in_use import FolderLock, join_folder, take_folder
from app.paths import DataPaths, data_paths
from app.ports import Clock, Health, PrinterConfig, SecretStore
from app.secrets import Vault, open_secrets
from app.services.benches import joining, key_slots, registry
from app.services.benches.shared_secrets import SharedSecrets
from app.services.leases import process_holder
from app.services.workplace import Topics, Workplace, nobody_listens
from app.settings import (
    DATABASE_PASSWORD,
    AdapterKeys,
    Adapters,
    LocalSettings,
    read_local,
    with_password,
)
from app.store.engine import Database, sqlite_url
from app.store.schema import ensure_usable


@dataclass(frozen=True, slots=True)
class Services:
    """What a window or a command works with. Close it at the end."""

    work: Workplace
    secrets: SecretStore
    paths: DataPaths
    local: LocalSettings
    outside: Connections
    closing: ExitStack = field(default_factory=ExitStack)  # what still needs the database
    held: ExitStack = field(default_factory=ExitStack)  # given back after the database is closed

    def close(self) -> None:
        self.outside.close()
        self.closing.close()
        self.work.db.close()
        self.held.close()


@dataclass(frozen=True, slots=True)
class Folder:
    """A data folder whose database is not open; ``secrets`` are those of this computer alone."""

    paths: DataPaths
    local: LocalSettings
    secrets: SecretStore
    lock: FolderLock

    @property
    def url(self) -> str:
        """Of the database that the settings name, with its password."""
        if not self.local.database_url:
            return sqlite_url(self.paths.database)
        password = self.secrets.get(DATABASE_PASSWORD) or ""
        return with_password(self.local.database_url, password)

    def open_at(
        self,
        url: str,
        *,
        user: str = "",
        bench: str = "",
        clock: Clock | None = None,
        announce: Callable[[Topics], None] | None = None,
        draw_beside: bool = False,
    ) -> Services:
        """The services on the database at ``url``; nothing is checked or made there."""
        name = bench or self.local.bench or socket.gethostname()
        db = Database(url, name=f"packbench {name}"[:60])
        the_clock = clock or SystemClock()
        shared = not db.is_sqlite
        sealer = Vault(self.secrets, shared=shared)
        secrets: SecretStore = self.secrets
        if shared:
            secrets = SharedSecrets(db, sealer, the_clock, self.secrets)
        outside = Connections(db, secrets, the_clock, bench=name, draw_beside=draw_beside)
        work = Workplace(
            db=db,
            clock=the_clock,
            sealer=sealer,
            outside=outside,
            user=user or _login(),
            bench=name,
            holder=process_holder(),
            folder=self.paths.root,
            announce=announce or nobody_listens,
        )
        return Services(work, secrets, self.paths, self.local, outside)

    def close(self) -> None:
        self.lock.close()


def open_folder(
    data: Path | None = None, *, alone: bool = False, keyring_allowed: bool = True
) -> Folder:
    """The data folder (the user's own by default), held until ``close``.

    ``alone``: nobody else may have it open. Raises ``UserError`` or ``RetryableError``.
    """
    paths = data_paths(data)
    paths.prepare()
    lock = take_folder(paths.root) if alone else join_folder(paths.root)
    try:
        local = read_local(paths.settings)
        secrets = open_secrets(paths.secrets, keyring_allowed=keyring_allowed)
    except BaseException:
        lock.close()
        raise
    return Folder(paths, local, secrets, lock)


def open_services(
    data: Path | None = None,
    *,
    user: str = "",
    bench: str = "",
    clock: Clock | None = None,
    announce: Callable[[Topics], None] | None = None,
    keyring_allowed: bool = True,
    draw_beside: bool = False,
) -> Services:
    """Open the data folder (the user's own by default) and its database.

    ``draw_beside``: for a window, labels are drawn in a process of its own.
    Raises ``UserError`` or ``RetryableError``: the folder, the secrets or the database cannot be
    used; an old database asks for ``db upgrade``.
    """
    services = open_unchecked(
        data,
        user=user,
        bench=bench,
        clock=clock,
        announce=announce,
        keyring_allowed=keyring_allowed,
        draw_beside=draw_beside,
    )
    try:
        ensure_usable(services.work.db)
        if not services.work.db.is_sqlite:
            joining.ensure_joined(services.work.db, services.work.sealer)
            registry.ensure_own_name(services.work)
            slot = key_slots.take(services.work)
            if slot is not None:
                services.closing.callback(_give_back_slot, services.work, slot)
    except BaseException:
        services.close()
        raise
    return services


def open_unchecked(
    data: Path | None = None,
    *,
    user: str = "",
    bench: str = "",
    clock: Clock | None = None,
    announce: Callable[[Topics], None] | None = None,
    keyring_allowed: bool = True,
    draw_beside: bool = False,
) -> Services:
    """Like ``open_services`` for ``db upgrade``: the database may be old."""
    folder = open_folder(data, keyring_allowed=keyring_allowed)
    try:
        services = folder.open_at(
            folder.url,
            user=user,
            bench=bench,
            clock=clock,
            announce=announce,
            draw_beside=draw_beside,
        )
    except BaseException:
        folder.close()
        raise
    services.held.callback(folder.close)
    return services


def upgrade_database(data: Path | None = None) -> Path | None:
    """Bring the database of the data folder to this version. Returns the copy made before, if any.

    Raises ``UserError`` (``database_newer``) for a database of a newer version.
    """
    from app.services.orders import secret_words
    from app.store.schema import upgrade

    services = open_unchecked(data)
    try:
        registry.ensure_nobody_works(services.work)
        copy = upgrade(services.work.db, now=services.work.now())
        secret_words.fill(services.work)
        return copy
    finally:
        services.close()


def adapters() -> Adapters:
    """Which keys every platform and carrier takes, for reading a configuration file."""
    from app.carriers.account import read_account
    from app.carriers.registry import CARRIERS
    from app.shops.registry import PLATFORMS
    from printing.options import OPTION_NAMES

    return Adapters(
        shops={
            p.code: AdapterKeys(
                ("platform", "title", *p.settings.keys()),
                secret_keys("shop", p.code),
                partial(_check_shop, p.settings.from_config),
            )
            for p in PLATFORMS
        },
        carriers={
            c.code: AdapterKeys(
                c.setting_names, frozenset(c.secret_names), partial(read_account, c.settings)
            )
            for c in CARRIERS
        },
        printer_options=OPTION_NAMES,
        check_printer=_check_printer,
    )


def _check_printer(config: PrinterConfig) -> None:
    """A queue may be another bench's: whether this computer has queues says nothing about it."""
    from printing.registry import make_printer

    try:
        make_printer(config)
    except UserError as error:
        if error.code != "queue_unsupported":
            raise


def _check_shop(check: Callable[[Mapping[str, Any]], object], values: Mapping[str, Any]) -> object:
    """``title`` is ours: what the shop is called on screen."""
    return check({k: v for k, v in values.items() if k != "title"})


def fonts_health() -> Health:
    """Whether the fonts that labels need are there."""
    from printing.fonts import load_fonts

    try:
        load_fonts()
    except PackbenchError as error:
        return Health(False, error.message, error.remedy)
    return Health(True, T("Noto Sans SC is there, regular and bold."))


def _give_back_slot(work: Workplace, slot: int) -> None:
    with suppress(PackbenchError):  # the server is away; a day later it is free by itself
        key_slots.release(work, slot)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
