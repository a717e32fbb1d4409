"""Connections to shops, carriers and printers, made when they are first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.text import T, Text
from app.ports import (
    Clock,
    Printer,
    PrinterConfig,
    PrinterFinder,
    SecretStore,
    Shop,
    Stationery,
    WaybillSource,
)
from app.services.printing.printers import config_of
from app.services.printing.refusals import no_such_printer, printer_elsewhere
from app.settings import secret_name
from app.store.engine import Database
from app.store.tables import accounts, printers, shops

if TYPE_CHECKING:
    from app.net.transport import Transport
    from app.services.carriers.calls import CallCounter
    from printing.workshop import Workshop

ConnectionT = TypeVar("ConnectionT")


class Kept(Generic[ConnectionT]):
    """Connections by name, made anew when their settings have changed. Safe between threads."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Mapping[str, Any], ConnectionT]] = {}
        self._guard = threading.Lock()

    def get(
        self, name: str, settings: Mapping[str, Any], make: Callable[[], ConnectionT]
    ) -> ConnectionT:
        """The connection for these settings: the kept one, else a new one."""
        with self._guard:
            known = self._made.get(name)
            if known is None or known[0] != settings:
                known = self._made[name] = (settings, make())
            return known[1]


@dataclass
class Connections:
    """``app.ports.Outside``: connections by name, made when first asked for and then kept."""

    db: Database
    secrets: SecretStore
    clock: Clock
    _shops: Kept[Shop] = field(default_factory=Kept)
    _carriers: Kept[WaybillSource] = field(default_factory=Kept)
    _printers: Kept[Printer] = field(default_factory=Kept)
    bench: str = ""  # printers of another bench are not driven from here
    draw_beside: bool = False  # labels are drawn in a process of its own
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _transport(self) -> Transport:
        from app.net.transport import HttpxTransport

        return HttpxTransport()

    @cached_property
    def _calls(self) -> CallCounter:
        from app.services.carriers.calls import CallCounter

        return CallCounter(self.db, self.clock)

    def shop(self, shop_id: str) -> Shop:
        row = self._row(shops, "id", shop_id)
        if row is None:
            message = T("There is no shop called {shop}.", shop=shop_id)
            raise _unknown("no_such_shop", message, shop_id)
        config = {**row.settings, **self._secrets_of("shop", shop_id, row.platform)}
        config |= {"name": shop_id, "platform": row.platform}

        def make() -> Shop:
            from app.shops.registry import make_shop

            return make_shop(config, self._transport, self.clock)

        return self._shops.get(shop_id, config, make)

    def carrier(self, account: str) -> WaybillSource:
        row = self._row(accounts, "name", account)
        if row is None:
            message = T("There is no carrier account called {name}.", name=account)
            raise _unknown("no_account", message, account)
        config = {**row.settings, **self._secrets_of("carrier", account, row.carrier)}
        config |= {"name": account, "carrier": row.carrier}

        def make() -> WaybillSource:
            from app.carriers.calling import CountedTransport
            from app.carriers.registry import make_source

            counted = CountedTransport(self._transport, partial(_count, self._calls, account))
            return make_source(config, counted, self.clock)

        return self._carriers.get(account, config, make)

    def printer(self, name: str) -> Printer:
        row = self._row(printers, "name", name)
        if row is None:
            raise no_such_printer(name)
        owner = str(row.settings.get("bench", ""))
        if owner and self.bench and owner != self.bench:
            raise printer_elsewhere(name, owner)

        def make() -> Printer:
            from printing.registry import make_printer

            config = config_of(name, row.settings)
            return make_printer(config, turn=self._turn_of(config.address), workshop=self._workshop)

        return self._printers.get(name, row.settings, make)

    def try_printer(self, config: PrinterConfig) -> Printer:
        from printing.registry import make_printer

        return make_printer(config)

    def _turn_of(self, address: str) -> threading.Lock:
        """Whoever prints at one address of this process takes turns, under whatever name."""
        with self._guard:
            return self._turns.setdefault(address, threading.Lock())

    @cached_property
    def _workshop(self) -> Workshop:
        from printing.workshop import Beside, Here

        return Beside() if self.draw_beside else Here()

    def picture(self, url: str, most_bytes: int) -> bytes:
        from app.net.download import download

        return download(url, most_bytes)

    @cached_property
    def printer_finder(self) -> PrinterFinder:
        from printing.discovery.finder import Finder

        return Finder()

    @cached_property
    def stationery(self) -> Stationery:
        from printing.registry import PaperStationery

        return PaperStationery()

    def note_calls(self) -> None:
        calls: CallCounter | None = self.__dict__.get("_calls")
        if calls is not None:
            calls.write()

    def close(self) -> None:
        calls: CallCounter | None = self.__dict__.get("_calls")
        if calls is not None:
            calls.close()
        workshop: Workshop | None = self.__dict__.get("_workshop")
        if workshop is not None:
            workshop.close()
        transport = self.__dict__.get("_transport")
        if transport is not None:
            transport.close()

    def _row(self, table: Any, key: str, name: str) -> Any:
        with self.db.read() as tx:
            return tx.execute(select(table).where(table.c[key] == name)).one_or_none()

    def _secrets_of(self, section: str, name: str, kind: str) -> dict[str, str]:
        found = {
            k: self.secrets.get(secret_name(section, name, k)) for k in secret_keys(section, kind)
        }
        return {key: value for key, value in found.items() if value}


def _count(calls: CallCounter, account: str, service: str, refused: bool) -> None:
    calls.called(account, service, refused=refused)


def _unknown(code: str, message: Text, name: str) -> UserError:
    return UserError(code, message, T("See the names with: config show"), ref=name)


def secret_keys(section: str, kind: str) -> frozenset[str]:
    """The keys of a ``[[shop]]`` or ``[[carrier]]`` that live in the secret store."""
    if section == "shop":
        return frozenset({"app_secret", "push_token", "push_aes_key"})
    from app.carriers.registry import CARRIERS

    return frozenset(key for c in CARRIERS if c.code == kind for key in c.secret_names)
