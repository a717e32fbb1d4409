"""A configuration file read into a ``Config``: everything wrong with it is found in one pass."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.domain.address import Address
from app.domain.errors import SeveralError, UserError
from app.domain.following import Limits
from app.domain.prices import PriceTable
from app.domain.routing import Rule
from app.domain.text import T, verbatim
from app.ports import PrinterConfig
from app.settings import parts
from app.settings.config import (
    AdapterKeys,
    Adapters,
    ApprovalConfig,
    CarrierConfig,
    Config,
    ReachConfig,
    RelayConfig,
    ShopConfig,
    SlipConfig,
    StockConfig,
    UserConfig,
    secret_name,
)
from app.settings.lines import Lines
from app.settings.prices import read_price
from app.settings.problems import Problems
from app.settings.reading import Table
from app.settings.rules import read_rule
from app.settings.tracking import read_tracking

SECTIONS = (
    "database",
    "sender",
    "approval",
    "slip",
    "stock",
    "tracking",
    "user",
    "shop",
    "carrier",
    "printer",
    "rule",
    "price",
    "reach",
    "relay",
)
Stored = Callable[[str], str | None]
# The line that a printer's maker means; an option that cannot be used names itself.
_PRINTER_KEYS = {"printer_address": "address", "media_unknown": "media"}


def _nothing_stored(_name: str) -> str | None:
    return None


def read_config(
    file: Path,
    adapters: Adapters,
    environ: Mapping[str, str],
    stored: Stored = _nothing_stored,
) -> Config:
    """The configuration in ``file``.

    ``stored`` answers which secrets are kept already (by ``secret_name``): a file may leave those
    out. Raises: ``ConfigError`` with every problem, each with its line; ``UserError`` when the file
    cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UserError(
            "config_file",
            T("The file {file} cannot be read.", file=file),
            T("Check the path and the right to read it."),
            ref=str(file),
        ) from error
    return parse_config(content, adapters, environ, stored, source=file.name)


def parse_config(
    content: bytes,
    adapters: Adapters,
    environ: Mapping[str, str],
    stored: Stored = _nothing_stored,
    source: str = "config",
) -> Config:
    """Like ``read_config``, for the bytes of a file called ``source``."""
    text = _decoded(content, source)
    document = _document(text, source)
    return _Reader(document, Lines(text), Problems(source), adapters, environ, stored).config()


def _decoded(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems = Problems(source)
        problems.add(
            line,
            T("the file is not UTF-8 text."),
            T("Save it again with the encoding UTF-8."),
            "config_encoding",
        )
        problems.raise_any()
        raise


def _document(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else max(len(text.rstrip().splitlines()), 1)
        problems = Problems(source)
        problems.add(
            line,
            T("this is not TOML ({reason}).", reason=verbatim(str(error).split(" (at ")[0])),
            T('Correct the line: key = "value", tables in [brackets].'),
            "config_syntax",
        )
        problems.raise_any()
        raise


class _Reader:
    def __init__(
        self,
        document: Mapping[str, Any],
        lines: Lines,
        problems: Problems,
        adapters: Adapters,
        environ: Mapping[str, str],
        stored: Stored,
    ) -> None:
        self._document = document
        self._lines = lines
        self._problems = problems
        self._adapters = adapters
        self._environ = environ
        self._stored = stored

    def config(self) -> Config:
        for key in self._document:
            if key not in SECTIONS:
                self._problems.unknown_key(self._lines.of(key), T("the file"), key, SECTIONS)
        config = Config(
            database_url=self._database(),
            sender=self._sender(),
            shops=self._shops(),
            carriers=self._carriers(),
            printers=self._printers(),
            relay=self._relay(),
            approval=self._approval(),
            slip=self._slip(),
            stock=self._stock(),
            tracking=self._tracking(),
            users=self._users(),
        )
        config = replace(
            config,
            rules=self._rules(config),
            prices=self._prices(config),
            reach=self._reach(config),
        )
        self._problems.raise_any()
        return config

    def _relay(self) -> RelayConfig | None:
        table = self._table("relay")
        return None if table is None else parts.read_relay(table, self._environ)

    def _slip(self) -> SlipConfig | None:
        table = self._table("slip")
        return None if table is None else parts.read_slip(table)

    def _stock(self) -> StockConfig | None:
        table = self._table("stock")
        return None if table is None else parts.read_stock(table)

    def _approval(self) -> ApprovalConfig | None:
        table = self._table("approval")
        return None if table is None else parts.read_approval(table)

    def _tracking(self) -> Limits | None:
        table = self._table("tracking")
        return None if table is None else read_tracking(table)

    def _users(self) -> tuple[UserConfig, ...] | None:
        tables = self._tables("user")
        return None if tables is None else tuple(parts.read_user(t) for t in tables)

    def _reach(self, config: Config) -> tuple[ReachConfig, ...] | None:
        tables = self._tables("reach")
        if tables is None:
            return None
        return tuple(parts.read_reach(t, _companies(config)) for t in tables)

    def _table(self, section: str) -> Table | None:
        if section not in self._document:
            return None
        values = self._document[section]
        return Table(values, (section,), self._lines, self._problems, f"[{section}]")

    def _tables(self, section: str) -> list[Table] | None:
        """The entries of an array of tables, their names checked to differ."""
        if section not in self._document:
            return None
        entries = self._document[section]
        if not isinstance(entries, list):
            self._problems.add(
                self._lines.of(section),
                T("[{section}] must be a list.", section=section),
                T("Write [[{section}]] with two brackets.", section=section),
            )
            return []
        tables = [
            Table(entry, (section, n), self._lines, self._problems, f"[[{section}]]")
            for n, entry in enumerate(entries)
        ]
        self._refuse_double_names(tables)
        return tables

    def _refuse_double_names(self, tables: Sequence[Table]) -> None:
        seen: dict[str, int] = {}
        for table in tables:
            name = table.values.get("name")
            if not isinstance(name, str):
                continue
            if name in seen:
                table.wrong(
                    "name",
                    T("the name “{name}” is taken by line {line}.", name=name, line=seen[name]),
                    T("Give every {table} a name of its own.", table=table.title),
                )
            seen.setdefault(name, table.line("name"))

    def _database(self) -> str | None:
        table = self._table("database")
        return None if table is None else parts.read_database(table, self._environ)

    def _sender(self) -> Address | None:
        table = self._table("sender")
        return None if table is None else parts.read_sender(table)

    def _printers(self) -> tuple[PrinterConfig, ...] | None:
        tables = self._tables("printer")
        if tables is None:
            return None
        found, complete_ones = [], []
        for table in tables:
            before = self._problems.count
            found.append(parts.read_printer(table, self._adapters.printer_options))
            complete_ones.append(self._problems.count == before)
        names = {printer.name for printer in found}
        for table, printer, complete in zip(tables, found, complete_ones, strict=True):
            if printer.fallback and printer.fallback not in names - {printer.name}:
                table.wrong(
                    "fallback",
                    T("there is no other printer called “{name}”.", name=printer.fallback),
                    T("Name another [[printer]] of this file."),
                )
            elif complete:
                self._check_printer(table, printer)
        return tuple(found)

    def _check_printer(self, table: Table, printer: PrinterConfig) -> None:
        """What its language and its address do not take, put beside the line it is about."""
        if self._adapters.check_printer is None:
            return
        try:
            self._adapters.check_printer(printer)
        except UserError as error:
            option = str(error.message.params.get("name", ""))
            key = _PRINTER_KEYS.get(error.code, option)
            below = table.inner("options")
            line = (below if key in below.values else table).line(key)
            self._problems.add(line, error.message, error.remedy, error.code)

    def _rules(self, config: Config) -> tuple[Rule, ...] | None:
        tables = self._tables("rule")
        if tables is None:
            return None
        accounts = _companies(config)
        shops = None if config.shops is None else [s.name for s in config.shops]
        return tuple(read_rule(t, accounts, shops) for t in tables)

    def _prices(self, config: Config) -> tuple[PriceTable, ...] | None:
        tables = self._tables("price")
        if tables is None:
            return None
        accounts = None if config.carriers is None else [c.name for c in config.carriers]
        return tuple(read_price(t, accounts) for t in tables)

    def _shops(self) -> tuple[ShopConfig, ...] | None:
        tables = self._tables("shop")
        if tables is None:
            return None
        found = [self._account(t, "shop", "platform", self._adapters.shops) for t in tables]
        return tuple(ShopConfig(*f) for f in found if f is not None)

    def _carriers(self) -> tuple[CarrierConfig, ...] | None:
        tables = self._tables("carrier")
        if tables is None:
            return None
        found = [self._account(t, "carrier", "carrier", self._adapters.carriers) for t in tables]
        return tuple(CarrierConfig(*f) for f in found if f is not None)

    def _account(
        self, table: Table, section: str, kind_key: str, kinds: Mapping[str, AdapterKeys]
    ) -> tuple[str, str, dict[str, Any], dict[str, str]] | None:
        """Name, kind, plain values and secrets of a ``[[shop]]`` or ``[[carrier]]``."""
        kind = table.choice(kind_key, kinds, required=True)
        name = table.text("name", required=True)
        if not kind or not name:
            return None
        keys = kinds[kind]
        found_before = self._problems.count
        secrets = {k: parts.secret_value(table, k, self._environ) for k in sorted(keys.secrets)}
        given = {k: v for k, v in secrets.items() if v}
        plain = {
            k: v
            for k, v in table.values.items()
            if k in keys.keys and k not in keys.secrets and k != kind_key
        }
        secrets_wrong = self._problems.count > found_before
        table.finish([*keys.keys, *(f"{k}_env" for k in keys.secrets)])
        if secrets_wrong:
            return name, kind, plain, given  # the adapter would only say the same again
        kept = {k: self._stored(secret_name(section, name, k)) for k in keys.secrets}
        self._check(table, keys, {**plain, **{k: v for k, v in kept.items() if v}, **given})
        return name, kind, plain, given

    def _check(self, table: Table, keys: AdapterKeys, values: Mapping[str, Any]) -> None:
        """Let the adapter look at the values; what it says is put beside the line it is about."""
        try:
            keys.check(values)
        except UserError as error:
            for one in error.problems if isinstance(error, SeveralError) else (error,):
                key = str(one.message.params.get("key", "")) or one.ref.rpartition(".")[2]
                at = next((k for k in (key, f"{key}_env") if k in table.values), "")
                self._problems.add(table.line(at), one.message, one.remedy, one.code)


def _companies(config: Config) -> dict[str, str] | None:
    """Carrier account to company; ``None``: the file does not speak of accounts."""
    return None if config.carriers is None else {c.name: c.company for c in config.carriers}
