"""The sections of a configuration file that belong to no adapter."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from app.domain.address import Address
from app.domain.companies import COMPANIES
from app.domain.states import Document
from app.domain.text import T
from app.ports import PrinterConfig
from app.settings.config import (
    ApprovalConfig,
    ReachConfig,
    RelayConfig,
    SlipConfig,
    StockConfig,
    UserConfig,
)
from app.settings.places import check_provinces
from app.settings.reading import Table
from app.settings.rules import check_account

LANGUAGES = ("escpos", "tspl", "zpl", "cpcl", "pdf", "system", "component")
DOCUMENTS = tuple(d.value for d in Document if d is not Document.TEST)  # that goes to any printer
SLIP_NOTES = ("none", "buyer", "merchant", "both")
VERDICTS = ("refused", "doubtful", "reached")
ROLES = ("packer", "lead", "owner")

_MEDIA = re.compile(r"(\d{2,3}(?:\.\d+)?)x(\d{2,3}(?:\.\d+)?)")
_USB = re.compile(r"usb:[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(?::.+)?")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{5,19}")
_LISTEN = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}")
_SHORTEST_SECRET = 16
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def read_database(table: Table, environ: Mapping[str, str]) -> str | None:
    """The address of the database, or ``None`` when the section is empty."""
    url = secret_value(table, "url", environ)
    table.finish(["url_env"])
    if not url:
        return None
    scheme = url.partition(":")[0]
    if scheme not in _DATABASES or "://" not in url:
        table.wrong(
            "url",
            T("url is not the address of a database."),
            T("Write it like {example}.", example="postgresql+psycopg://user@host/packbench"),
        )
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def read_approval(table: Table) -> ApprovalConfig:
    """Amounts in fen; a lead who is not named may accept any."""
    lead = table.whole("lead_fen") if table.has("lead_fen") else None
    found = ApprovalConfig(packer_fen=table.whole("packer_fen"), lead_fen=lead)
    table.finish()
    return found


def read_slip(table: Table) -> SlipConfig:
    found = SlipConfig(
        words=table.text("words"),
        notes=table.choice("notes", SLIP_NOTES, "none"),
        return_address=table.flag("return_address"),
    )
    table.finish()
    return found


def read_stock(table: Table) -> StockConfig:
    found = StockConfig(take_off_expired=table.flag("take_off_expired"))
    table.finish()
    return found


def read_user(table: Table) -> UserConfig:
    found = UserConfig(
        name=table.text("name", required=True),
        role=table.choice("role", ROLES, default="packer"),
        display_name=table.text("display_name"),
    )
    table.finish()
    return found


def read_reach(table: Table, accounts: Mapping[str, str] | None) -> ReachConfig:
    """One line of the own table of places. ``accounts``: as for ``read_rule``."""
    found = ReachConfig(
        carrier=table.choice("carrier", [c.code for c in COMPANIES], required=True),
        verdict=table.choice("verdict", VERDICTS, "refused"),
        province=table.text("province", required=True),
        city=table.text("city"),
        district=table.text("district"),
        street=table.text("street"),
        reason=table.text("reason"),
        account=table.text("account"),
    )
    check_provinces(table, "province", [found.province])
    check_account(table, found.account, found.carrier, accounts)
    table.finish()
    return found


def read_sender(table: Table) -> Address:
    sender = Address(
        name=table.text("name", required=True),
        phone=table.text("phone", required=True),
        province=table.text("province", required=True),
        city=table.text("city", required=True),
        district=table.text("district"),
        street=table.text("street"),
        address=table.text("address", required=True),
        company=table.text("company"),
        extension=table.text("extension"),
    )
    table.checked(
        "phone",
        sender.phone,
        lambda phone: _PHONE.fullmatch(phone) is not None,
        T("Give a mobile or a land line with its area code, digits only."),
    )
    table.finish()
    return sender


def read_relay(table: Table, environ: Mapping[str, str]) -> RelayConfig:
    relay = RelayConfig(
        listen=table.checked(
            "listen",
            table.text("listen"),
            lambda address: _LISTEN.fullmatch(address) is not None,
            T("Write it like {example}.", example="127.0.0.1:8765"),
        ),
        forward=table.checked(
            "forward",
            table.text("forward"),
            lambda url: url.startswith(("https://", "http://")) and _has_host(url),
            T("Write it like {example}.", example="https://packbench.example.com"),
        ),
        secret=table.checked(
            "secret",
            secret_value(table, "secret", environ),
            lambda secret: len(secret) >= _SHORTEST_SECRET and secret.isascii(),
            T("Give at least {n} letters and digits, by chance.", n=_SHORTEST_SECRET),
        ),
    )
    table.finish(["secret_env"])
    return relay


def read_printer(table: Table, option_names: Collection[str]) -> PrinterConfig:
    options = table.inner("options")
    named = {k: v for k, v in table.values.items() if k in option_names}
    options.finish(option_names)
    language = table.choice("language", LANGUAGES, required=True)
    printer = PrinterConfig(
        name=table.text("name", required=True),
        language=language,
        address=table.text("address", required=True),
        dots_per_mm=table.number("dots_per_mm", 8.0, 4.0, 48.0),
        media=table.text("media", "76x130").lower().replace(" ", ""),
        documents=table.texts("documents", ("label",)),
        options={**options.values, **named} or None,
        fallback=table.text("fallback", ""),
        bench=table.text("bench", ""),
    )
    _check_printer(table, printer)
    table.finish(option_names)
    return printer


def _check_printer(table: Table, printer: PrinterConfig) -> None:
    component = printer.language == "component"
    table.checked(
        "address",
        printer.address,
        _is_component_address if component else _is_device_address,
        T("Write it like {example}.", example="ws://127.0.0.1:12705")
        if component
        else T(
            "Write tcp://host:9100, usb:VID:PID, serial:/dev/ttyUSB0?baud=115200, file:/path, "
            "queue:NAME or ipp://host/ipp/print."
        ),
    )
    table.checked(
        "media",
        printer.media,
        _is_media,
        T("Write width x height in mm, like {example}.", example="76x130"),
    )
    for document in printer.documents:
        if document not in DOCUMENTS:
            table.wrong(
                "documents",
                T("“{document}” is no document.", document=document),
                T("Known are: {known}.", known=", ".join(DOCUMENTS)),
            )


def _is_media(media: str) -> bool:
    size = _MEDIA.fullmatch(media)
    return size is not None and all(15 <= float(side) <= 420 for side in size.groups())


def _is_component_address(address: str) -> bool:
    return address.startswith(("ws://", "wss://")) and _has_host(address)


def _is_device_address(address: str) -> bool:
    scheme, _, rest = address.partition(":")
    match scheme:
        case "tcp" | "ipp" | "ipps":
            return rest.startswith("//") and _has_host(address)
        case "usb":
            return _USB.fullmatch(address) is not None
        case "serial" | "file" | "queue":
            return bool(rest.strip("/ "))
        case _:
            return False


def _has_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        return False


def secret_value(table: Table, key: str, environ: Mapping[str, str]) -> str:
    """The value of ``key``, or of the environment variable that ``<key>_env`` names, or ``""``."""
    variable = table.text(f"{key}_env")
    value = table.text(key)
    if variable and value:
        table.wrong(
            f"{key}_env",
            T("{key} is given twice.", key=key),
            T("Keep either {key} or {key}_env.", key=key),
        )
    if variable and not value:
        value = environ.get(variable, "").strip()
        if not value:
            table.wrong(
                f"{key}_env",
                T("The environment variable {variable} is empty.", variable=variable),
                T("Set it before you run this command."),
            )
    return value
