"""Which printer a document goes to, how the printers stand, and changing what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.errors import UserError
from app.domain.labels import TestPage
from app.domain.states import Document, PrintState, Route
from app.domain.text import T
from app.domain.words import DOCUMENT_WORDS
from app.ports import DeviceState, DeviceStatus, PrinterConfig, SendResult, Sent
from app.services import records
from app.services.leases import is_held_elsewhere, lease
from app.services.printing import owners, rolls
from app.services.printing.print_proofs import lease_of
from app.services.printing.refusals import no_such_printer, printer_elsewhere
from app.services.printing.rolls import Roll
from app.services.workplace import Workplace
from app.settings import checked_printer
from app.store.tables import parcels, print_jobs, printers

_PLAIN_MEDIA = "76x130"
# Whose printer takes a document that none is set up for: lists look alike, small labels do not.
_STANDS_IN: Mapping[Document, tuple[Document, ...]] = {
    Document.MANIFEST: (Document.PICKLIST, Document.SLIP),
    Document.CARDS: (Document.PICKLIST, Document.SLIP),
}


def config_of(name: str, stored: Mapping[str, Any]) -> PrinterConfig:
    """A stored ``[[printer]]`` as a record."""
    known = {"language", "address", "dots_per_mm", "media", "documents", "fallback", "bench"}
    return PrinterConfig(
        name=name,
        language=stored["language"],
        address=stored["address"],
        dots_per_mm=float(stored.get("dots_per_mm", 8.0)),
        media=stored.get("media", "76x130"),
        documents=tuple(stored.get("documents", ("label",))),
        options={k: v for k, v in stored.items() if k not in known},
        fallback=stored.get("fallback", ""),
        bench=stored.get("bench", ""),
    )


def all_printers(tx: Connection) -> list[PrinterConfig]:
    """Every active printer in the order of the configuration."""
    rows = tx.execute(
        select(printers).where(printers.c.active).order_by(printers.c.position, printers.c.name)
    )
    return [config_of(r.name, r.settings) for r in rows]


def own_printers(tx: Connection, bench: str) -> list[PrinterConfig]:
    """Those that this bench may drive: its own, and those that any bench may."""
    return [p for p in all_printers(tx) if p.bench in {"", bench}]


def label_media(tx: Connection, bench: str, route: Route) -> str:
    """The paper of the printer that labels of ``route`` go to, ``76x130`` where there is none."""
    name = printer_for(tx, bench, route, Document.LABEL, None)
    return next((p.media for p in all_printers(tx) if p.name == name), _PLAIN_MEDIA)


def printer_for(
    tx: Connection, bench: str, route: Route | None, document: Document, wanted: str | None
) -> str | UserError:
    """The name of this bench's printer, or why there is none.

    Platform labels go to the component only.
    """
    found = own_printers(tx, bench)
    if wanted is not None:
        named = next((p for p in found if p.name == wanted), None)
        if named is None:
            owner = owners.of_others(tx, bench).get(wanted)
            return printer_elsewhere(wanted, owner) if owner else no_such_printer(wanted)
        if _fits(named, route, document):
            return named.name
        # The named printer is meant for those labels that it can print.
    for kind in (document, *_STANDS_IN.get(document, ())):
        fitting = [p for p in found if _fits(p, route, document) and kind in p.documents]
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
        T("No printer is set up for: {document}.", document=DOCUMENT_WORDS[document]),
        T("Add one under Settings, Printers, or a [[printer]] with: config apply"),
    )


def fallback_for(tx: Connection, bench: str, printer: str, parcel_id: str) -> str:
    """Which printer could take over the label of ``parcel_id`` from ``printer``; "" = none.

    The one that the printer's own entry names, else the next that takes such labels.
    """
    route = Route(tx.execute(select(parcels.c.route).where(parcels.c.id == parcel_id)).scalar_one())
    found = own_printers(tx, bench)
    named = next((p.fallback for p in found if p.name == printer), "")
    fitting = [
        p.name
        for p in found
        if p.name != printer
        and _fits(p, route, Document.LABEL)
        and (p.name == named or Document.LABEL in p.documents)
    ]
    return named if named in fitting else next(iter(fitting), "")


def _fits(printer: PrinterConfig, route: Route | None, document: Document) -> bool:
    is_component = printer.language == "component"
    if document is Document.LABEL:
        return is_component == (route is Route.PLATFORM)
    return not is_component


@dataclass(frozen=True, slots=True)
class PrinterView:
    """One printer without asking it. ``roll`` is ``None`` while nobody counts its labels.

    ``waiting``: drawn or in flight; ``unknown``: somebody has to look; ``sent``: no printer's word
    and no scan yet (labels of a mute printer).
    """

    config: PrinterConfig
    roll: Roll | None
    waiting: int
    unknown: int
    sent: int

    @property
    def fallback(self) -> str:
        return self.config.fallback


def printer_views(work: Workplace) -> list[PrinterView]:
    """Every active printer in the order of the configuration. No device is asked."""
    with work.db.read() as tx:
        found = all_printers(tx)
        left = rolls.left_in(tx)
        counts = {
            (row.printer, row.state): row.n
            for row in tx.execute(
                select(print_jobs.c.printer, print_jobs.c.state, func.count().label("n"))
                .where(
                    print_jobs.c.state.in_(
                        [
                            PrintState.RENDERED,
                            PrintState.CLAIMED,
                            PrintState.UNKNOWN,
                            PrintState.SENT,
                        ]
                    )
                )
                .group_by(print_jobs.c.printer, print_jobs.c.state)
            )
        }

    def of(name: str, *states: PrintState) -> int:
        return sum(counts.get((name, state), 0) for state in states)

    return [
        PrinterView(
            config=p,
            roll=left.get(p.name),
            waiting=of(p.name, PrintState.RENDERED, PrintState.CLAIMED),
            unknown=of(p.name, PrintState.UNKNOWN),
            sent=of(p.name, PrintState.SENT),
        )
        for p in found
    ]


def status_of(work: Workplace, name: str) -> DeviceStatus:
    """How the printer says it is. Waits on the device (bounded): never on the window's thread.

    While another program prints there it is busy and is not asked: most printers take one
    connection at a time, and a question must not come into the middle of a label.
    Raises ``UserError``: ``no_such_printer``, or its settings cannot be used.
    """
    with work.db.read() as tx:
        elsewhere = is_held_elsewhere(tx, work, lease_of(name))
    if elsewhere:
        return DeviceStatus(DeviceState.BUSY, T("Another window or computer is printing there."))
    return work.outside.printer(name).status()


def print_test_page(work: Workplace, name: str) -> Sent:
    """Print rulers and bars to set size, place and density by. Waits on the device.

    Raises ``UserError``: ``no_such_printer``, ``component_only``; ``RetryableError`` while somebody
    else prints there.
    """
    printer = work.outside.printer(name)
    with lease(work, lease_of(name)):
        sent = printer.print_paper(TestPage(work.now()))
    if sent.result is not SendResult.NOT_STARTED:
        with work.db.write() as tx:
            rolls.used(tx, name)
    return sent


def add_printer(work: Workplace, config: PrinterConfig) -> None:
    """Set up a new printer, or one that was removed again under its old name.

    Raises ``UserError``: ``printer_exists``, and whatever ``config apply`` would refuse.
    """
    settings = settings_of(owners.owned(config, work.bench, shared=not work.db.is_sqlite))
    _check(work, config.name, settings)
    with work.db.write() as tx:
        owners.ensure_not_taken(tx, work.bench, [config])
        known = tx.execute(select(printers.c.active).where(printers.c.name == config.name)).scalar()
        if known:
            raise UserError(
                "printer_exists",
                T("There is a printer called {name} already.", name=config.name),
                T("Give it another name."),
                ref=config.name,
            )
        last = tx.execute(select(func.max(printers.c.position))).scalar()
        values = {"settings": settings, "position": (last or 0) + 1, "active": True}
        if known is None:
            tx.execute(insert(printers).values(name=config.name, **values))
        else:
            tx.execute(update(printers).where(printers.c.name == config.name).values(**values))
        records.note(tx, work, "config", detail={"changed": [f"printer.{config.name}"]})
    work.changed("printers", "settings")


def change_printer(work: Workplace, name: str, **changes: Any) -> dict[str, Any]:
    """Store other values for some of a printer's settings; what these were before, for undoing.

    A name is a key of a ``[[printer]]``: ``media``, ``density``, ``fallback`` … ``None`` takes the
    setting away, so that its usual value counts. Checked as ``config apply`` does, and nothing is
    stored when one value is wrong. Raises ``UserError``.
    """
    with work.db.read() as tx:
        stored = _stored(tx, name)
    _check(work, name, _merged(stored, changes))
    with work.db.write() as tx:
        stored = _stored(tx, name)
        wanted = _merged(stored, changes)
        if wanted == stored:
            return {}
        tx.execute(update(printers).where(printers.c.name == name).values(settings=wanted))
        records.note(tx, work, "config", detail={"changed": [f"printer.{name}"]})
    work.changed("printers", "settings")
    return {key: stored.get(key) for key in changes}


def remove_printer(work: Workplace, name: str) -> None:
    """Switch the printer off; its settings and what it has printed stay. Raises ``UserError``."""
    _set_active(work, name, active=False)


def restore_printer(work: Workplace, name: str) -> None:
    """Take ``remove_printer`` back."""
    _set_active(work, name, active=True)


def settings_of(config: PrinterConfig) -> dict[str, Any]:
    """A ``[[printer]]`` as it is stored."""
    return {
        "language": config.language,
        "address": config.address,
        "dots_per_mm": config.dots_per_mm,
        "media": config.media,
        "documents": list(config.documents),
        **({"fallback": config.fallback} if config.fallback else {}),
        **({"bench": config.bench} if config.bench else {}),
        **(dict(config.options) if config.options else {}),
    }


def _merged(stored: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {**stored, **changes}
    return {key: value for key, value in wanted.items() if value is not None}


def _stored(tx: Connection, name: str) -> dict[str, Any]:
    found = tx.execute(
        select(printers.c.settings).where(printers.c.name == name, printers.c.active)
    ).scalar()
    if found is None:
        raise no_such_printer(name)
    return dict(found)


def _check(work: Workplace, name: str, settings: Mapping[str, Any]) -> None:
    work.outside.try_printer(checked_printer(name, settings))


def _set_active(work: Workplace, name: str, *, active: bool) -> None:
    with work.db.write() as tx:
        changed = tx.execute(
            update(printers)
            .where(printers.c.name == name, printers.c.active != active)
            .values(active=active)
        ).rowcount
        if changed:
            records.note(tx, work, "config", detail={"changed": [f"printer.{name}"]})
        elif not active:
            _stored(tx, name)
    work.changed("printers", "settings")
