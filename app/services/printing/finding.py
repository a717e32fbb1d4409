"""Looking for printers, and which of those found are ours already. Waits on devices and the
network (bounded): never on the window's thread, and never inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.domain.errors import PackbenchError, UserError
from app.domain.text import T
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.ports import Found, FoundKind, Looked, PrinterConfig
from app.services.printing.printers import all_printers
from app.services.workplace import Workplace

FIND_TIMEOUT_S = 6.0
_PLAIN = {
    "queue": (FoundKind.QUEUE, "system"),
    "ipp": (FoundKind.IPP, "system"),
    "ipps": (FoundKind.IPP, "system"),
    "ws": (FoundKind.NETWORK, "component"),
    "wss": (FoundKind.NETWORK, "component"),
    "serial": (FoundKind.SERIAL, ""),
}


def _ignore(_problem: PackbenchError) -> None:
    """For callers who do not show why one way could not look."""


def find_printers(
    work: Workplace,
    cancel: CancelToken,
    progress: Progress = ignore_progress,
    *,
    problem: Callable[[PackbenchError], None] = _ignore,
    timeout_s: float = FIND_TIMEOUT_S,
) -> Iterator[Found]:
    """Queues, USB, serial ports and the network at once; each printer as it is found.

    ``problem`` is told why a way could not look at all (no libusb, no network); the others go on.
    """
    ours = _addresses(work)

    def looked(way: Looked) -> None:
        if way.problem is not None:
            problem(way.problem)
        progress(Step(way.done, way.total, what=way.what))

    for found in work.outside.printer_finder.find(timeout_s, lambda: cancel.cancelled, looked):
        yield _marked(found, ours)


def probe(work: Workplace, address: str, timeout_s: float = FIND_TIMEOUT_S) -> list[Found]:
    """What stands at a typed address, asked what it speaks; nothing comes out of it.

    Raises ``UserError`` (``printer_address``, ``not_a_printer``) or ``RetryableError``
    (``no_printer_there``).
    """
    ours = _addresses(work)
    return [_marked(f, ours) for f in work.outside.printer_finder.probe(address, timeout_s)]


def guess(work: Workplace, address: str, cancel: CancelToken) -> Found:
    """What can be told about the printer at an address as it stands in ``[[printer]]``.

    A network address is asked, USB looked up, the others speak for themselves.
    Raises ``UserError`` and ``RetryableError``, see ``probe``.
    """
    scheme = address.partition(":")[0].lower()
    if scheme == "tcp":
        return probe(work, address)[0]
    if scheme == "usb":
        for found in find_printers(work, cancel):
            if _place(found.address).startswith(_place(address)):
                return replace(found, address=address)
    kind, language = _PLAIN.get(scheme, (FoundKind.FILE, ""))
    return Found(kind, "", address, language)


def config_for(
    found: Found,
    name: str,
    *,
    language: str = "",
    media: str = "",
    dots_per_mm: float = 0.0,
    documents: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> PrinterConfig:
    """A found printer as a ``[[printer]]`` called ``name``, for ``printers.add_printer``.

    What is given goes before what was guessed; what neither says has its usual value.
    Raises ``UserError`` (``printer_language``): nobody knows what it speaks.
    """
    spoken = language or found.language
    if not spoken:
        raise UserError(
            "printer_language",
            T("The printer does not say which language it speaks."),
            T("Say it with --language: tspl, zpl, escpos or cpcl; it stands in its manual."),
            ref=found.address,
        )
    plain = PrinterConfig(name, spoken, found.address)
    return replace(
        plain,
        media=media or found.media or plain.media,
        # A queue or an IPP printer is asked for its own resolution before every job.
        dots_per_mm=dots_per_mm or (spoken != "system" and found.dots_per_mm) or plain.dots_per_mm,
        documents=tuple(documents) or plain.documents,
        options=dict(options) if options else None,
    )


def _addresses(work: Workplace) -> dict[str, str]:
    with work.db.read() as tx:
        return {_place(p.address): p.name for p in all_printers(tx)}


def _marked(found: Found, ours: Mapping[str, str]) -> Found:
    place = _place(found.address)
    name = ours.get(place)
    if name is None and place.startswith("usb:"):  # ours may do without the serial number
        name = ours.get(":".join(place.split(":")[:3]))
    return replace(found, configured_as=name or "")


def _place(address: str) -> str:
    """An address without what does not say where the printer is."""
    scheme, _, rest = address.strip().partition(":")
    scheme = scheme.lower()
    match scheme:
        case "tcp":
            host = rest.strip("/").lower()
            has_port = ":" in host.rpartition("]")[2]
            return f"tcp:{host}" if has_port else f"tcp:{host}:9100"
        case "usb":
            vendor, _, more = rest.partition(":")
            product, _, which = more.partition(":")
            return ":".join(
                part for part in ("usb", vendor.lower(), product.lower(), which) if part
            )
        case "serial":
            return f"serial:{rest.partition('?')[0]}"
        case "file":
            return f"file:{rest.removeprefix('//')}"
        case _:
            return f"{scheme}:{rest.rstrip('/')}"
