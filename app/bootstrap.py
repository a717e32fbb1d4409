"""Joins the parts: the only module that knows every concrete adapter. Connects to nobody by itself."""

from __future__ import annotations

import getpass
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.clock import SystemClock
from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.paths import DataPaths
from app.ports import Clock, Health, Printer, SecretStore, Shop, Stationery, WaybillSource
from app.secrets import Vault, open_secrets
from app.services.leases import process_holder
from app.services.printers import config_of
from app.services.workplace import Topics, Workplace, nobody_listens
from app.settings import (
    DATABASE_PASSWORD,
    AdapterKeys,
    Adapters,
    LocalSettings,
    read_local,
    secret_name,
    with_password,
)
from app.store.engine import Database, sqlite_url
from app.store.schema import ensure_usable
from app.store.tables import accounts, printers, shops

if TYPE_CHECKING:
    from app.net.transport import Transport


@dataclass(frozen=True, slots=True)
class Services:
    """What a window or a command works with. Close it at the end."""

    work: Workplace
    secrets: SecretStore
    paths: DataPaths
    local: LocalSettings
    outside: Connections

    def close(self) -> None:
        self.outside.close()
        self.work.db.close()


@dataclass
class Connections:
    """``app.ports.Outside``: connections by name, made when first asked for and then kept."""

    db: Database
    secrets: SecretStore
    clock: Clock
    _shops: dict[str, Shop] = field(default_factory=dict)
    _carriers: dict[str, WaybillSource] = field(default_factory=dict)
    _printers: dict[str, tuple[Mapping[str, Any], Printer]] = field(default_factory=dict)
    _guard: threading.RLock = field(default_factory=threading.RLock)
    _settings: dict[str, object] = field(default_factory=dict)

    @cached_property
    def _transport(self) -> Transport:
        from app.net.transport import HttpxTransport

        return HttpxTransport()

    def shop(self, shop_id: str) -> Shop:
        with self._guard:
            row = self._row(shops, "id", shop_id)
            if row is None:
                raise UserError(
                    "no_such_shop",
                    T("There is no shop called {shop}.", shop=shop_id),
                    T("See the names with: config show"),
                    ref=shop_id,
                )
            config = self._with_secrets("shop", shop_id, row.platform, row.settings)
            key = f"shop:{shop_id}"
            if self._settings.get(key) != config:
                from app.shops.registry import make_shop

                whole = {**config, "name": shop_id, "platform": row.platform}
                self._shops[shop_id] = make_shop(whole, self._transport, self.clock)
                self._settings[key] = config
            return self._shops[shop_id]

    def carrier(self, account: str) -> WaybillSource:
        with self._guard:
            row = self._row(accounts, "name", account)
            if row is None:
                raise UserError(
                    "no_account",
                    T("There is no carrier account called {name}.", name=account),
                    T("See the names with: config show"),
                    ref=account,
                )
            config = self._with_secrets("carrier", account, row.carrier, row.settings)
            key = f"carrier:{account}"
            if self._settings.get(key) != config:
                from app.carriers.registry import make_source

                whole = {**config, "name": account, "carrier": row.carrier}
                self._carriers[account] = make_source(whole, self._transport, self.clock)
                self._settings[key] = config
            return self._carriers[account]

    def printer(self, name: str) -> Printer:
        with self._guard:
            row = self._row(printers, "name", name)
            if row is None:
                raise UserError(
                    "no_such_printer",
                    T("There is no printer called {name}.", name=name),
                    T("See the names with: config show"),
                    ref=name,
                )
            known = self._printers.get(name)
            if known is None or known[0] != row.settings:
                from printing.registry import make_printer

                known = (row.settings, make_printer(config_of(name, row.settings)))
                self._printers[name] = known
            return known[1]

    @cached_property
    def stationery(self) -> Stationery:
        from printing.registry import PaperStationery

        return PaperStationery()

    def close(self) -> None:
        transport = self.__dict__.get("_transport")
        if transport is not None:
            transport.close()

    def _row(self, table: Any, key: str, name: str) -> Any:
        with self.db.read() as tx:
            return tx.execute(select(table).where(table.c[key] == name)).one_or_none()

    def _with_secrets(
        self, section: str, name: str, kind: str, settings: Mapping[str, Any]
    ) -> dict[str, Any]:
        found = dict(settings)
        for key in secret_keys(section, kind):
            value = self.secrets.get(secret_name(section, name, key))
            if value:
                found[key] = value
        return found


def open_services(
    data: Path | None = None,
    *,
    user: str = "",
    bench: str = "",
    clock: Clock | None = None,
    announce: Callable[[Topics], None] | None = None,
    keyring_allowed: bool = True,
) -> Services:
    """Open the data folder (the user's own by default) and its database.

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
    )
    try:
        ensure_usable(services.work.db)
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
) -> Services:
    """Like ``open_services`` for ``db upgrade``: the database may be old."""
    from app.paths import data_paths

    paths = data_paths(data)
    paths.prepare()
    local = read_local(paths.settings)
    secrets = open_secrets(paths.secrets, keyring_allowed=keyring_allowed)
    url = sqlite_url(paths.database)
    if local.database_url:
        url = with_password(local.database_url, secrets.get(DATABASE_PASSWORD) or "")
    db = Database(url)
    the_clock = clock or SystemClock()
    outside = Connections(db, secrets, the_clock)
    work = Workplace(
        db=db,
        clock=the_clock,
        sealer=Vault(secrets),
        outside=outside,
        user=user or _login(),
        bench=bench or local.bench or socket.gethostname(),
        holder=process_holder(),
        announce=announce or nobody_listens,
    )
    return Services(work, secrets, paths, local, outside)


def upgrade_database(data: Path | None = None) -> Path | None:
    """Bring the database of the data folder to this version. Returns the copy made before, if any.

    Raises ``UserError`` (``database_newer``) for a database of a newer version.
    """
    from app.store.schema import upgrade

    services = open_unchecked(data)
    try:
        return upgrade(services.work.db, now=services.work.now())
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
    )


def _check_shop(check: Callable[[Mapping[str, Any]], object], values: Mapping[str, Any]) -> object:
    """``title`` is ours: what the shop is called on screen."""
    return check({k: v for k, v in values.items() if k != "title"})


def secret_keys(section: str, kind: str) -> frozenset[str]:
    """The keys of a ``[[shop]]`` or ``[[carrier]]`` that live in the secret store."""
    if section == "shop":
        return frozenset({"app_secret"})
    from app.carriers.registry import CARRIERS

    return frozenset(key for c in CARRIERS if c.code == kind for key in c.secret_names)


def fonts_health() -> Health:
    """Whether the fonts that labels need are there."""
    from printing.fonts import load_fonts

    try:
        load_fonts()
    except PackbenchError as error:
        return Health(False, error.message, error.remedy)
    return Health(True, T("Noto Sans SC is there, regular and bold."))


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
