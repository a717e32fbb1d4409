"""Which printer a document goes to, and how the printers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from app.domain.errors import UserError
from app.domain.states import Document, Route
from app.domain.text import T
from app.ports import PrinterConfig
from app.store.tables import printers

_PLAIN_MEDIA = "76x130"


def config_of(name: str, stored: Mapping[str, Any]) -> PrinterConfig:
    """A stored ``[[printer]]`` as a record."""
    known = {"language", "address", "dots_per_mm", "media", "documents", "fallback"}
    return PrinterConfig(
        name=name,
        language=stored["language"],
        address=stored["address"],
        dots_per_mm=float(stored.get("dots_per_mm", 8.0)),
        media=stored.get("media", "76x130"),
        documents=tuple(stored.get("documents", ("label",))),
        options={k: v for k, v in stored.items() if k not in known},
        fallback=stored.get("fallback", ""),
    )


def all_printers(tx: Connection) -> list[PrinterConfig]:
    """Every active printer in the order of the configuration."""
    rows = tx.execute(
        select(printers).where(printers.c.active).order_by(printers.c.position, printers.c.name)
    )
    return [config_of(r.name, r.settings) for r in rows]


def label_media(tx: Connection, route: Route) -> str:
    """The paper of the printer that labels of ``route`` go to, ``76x130`` where there is none."""
    name = printer_for(tx, route, Document.LABEL, None)
    return next((p.media for p in all_printers(tx) if p.name == name), _PLAIN_MEDIA)


def printer_for(
    tx: Connection, route: Route | None, document: Document, wanted: str | None
) -> str | UserError:
    """The printer's name, or why there is none. Platform labels go to the component only."""
    found = all_printers(tx)
    if wanted is not None:
        named = next((p for p in found if p.name == wanted), None)
        if named is None:
            return UserError(
                "no_such_printer",
                T("There is no printer called {name}.", name=wanted),
                T("See the names with: config show"),
                ref=wanted,
            )
        if _fits(named, route, document):
            return named.name
        # The named printer is meant for those labels that it can print.
    fitting = [p for p in found if _fits(p, route, document) and document in p.documents]
    if fitting:
        return fitting[0].name
    if route is Route.PLATFORM:
        return UserError(
            "no_component",
            T("No printer of the platform's print component is set up."),
            T("Add a [[printer]] with language = “component” and run: config apply"),
        )
    return UserError(
        "no_printer",
        T("No printer is set up for this document."),
        T("Add a [[printer]] and run: config apply"),
    )


def _fits(printer: PrinterConfig, route: Route | None, document: Document) -> bool:
    is_component = printer.language == "component"
    if document is Document.LABEL:
        return is_component == (route is Route.PLATFORM)
    return not is_component
