"""What CUPS and IPP printers say of themselves, as far as setting one up needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.ports import Found, FoundKind
from printing.devices.ieee1284 import language_word
from printing.devices.ipp_client import IppClient, IppError, IppTarget, cups_target
from printing.devices.ipp_printer import STATE_ATTRIBUTES, PrinterFacts
from printing.devices.ipp_wire import Collection, Operation, Tag, keyword, word

_ATTRIBUTES = (
    *STATE_ATTRIBUTES,
    "cups-version",
    "device-uri",
    "document-format-supported",
    "media-default",
    "printer-device-id",
    "printer-info",
    "printer-make-and-model",
    "printer-name",
    "printer-resolution-default",
)
# PWG 5101.1 section 5.2: self-describing names end with the size.
_MEDIA = re.compile(r"_(\d{2,3}(?:\.\d+)?)x(\d{2,3}(?:\.\d+)?)mm")
_PAGES = {
    "application/pdf",
    "application/postscript",
    "application/vnd.hp-pcl",
    "image/pwg-raster",
    "image/urf",
}
_QUEUE_NAME = re.compile(r"[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,126}")
_CONNECT_S = 1.5
_MOST = 200


def find_cups_queues(timeout_s: float) -> Iterator[Found]:
    """CUPS-Get-Printers. Nothing where CUPS is not installed or does not run.

    Raises:
        OSError: it answers, but not as it should.
    """
    target = cups_target("/")
    if target is None:
        return
    wanted = [("requested-attributes", [keyword(name) for name in _ATTRIBUTES])]
    try:
        with IppClient(target, connect_timeout_s=_CONNECT_S, timeout_s=timeout_s) as client:
            answer = client.call(Operation.CUPS_GET_PRINTERS, wanted)
    except IppError as error:
        if error.status.state == "offline":
            return
        raise OSError("CUPS does not say which queues it has") from error
    for attributes in answer.all_of(Tag.PRINTER_GROUP)[:_MOST]:
        name = word(attributes, "printer-name")
        if _QUEUE_NAME.fullmatch(name):
            yield _found(attributes, FoundKind.QUEUE, name, f"queue:{name}")


@dataclass(frozen=True, slots=True)
class IppAnswer:
    """``takes_pages``: it prints documents, so it would print our questions at its raw port."""

    found: Found
    takes_pages: bool


def probe_ipp(target: IppTarget, timeout_s: float) -> IppAnswer | None:
    """The printer at ``target``; ``None`` when none answers there."""
    wanted = [("requested-attributes", [keyword(name) for name in _ATTRIBUTES])]
    connect_s = min(_CONNECT_S, timeout_s)
    try:
        with IppClient(target, connect_timeout_s=connect_s, timeout_s=timeout_s) as client:
            answer = client.call(Operation.GET_PRINTER_ATTRIBUTES, wanted)
    except IppError:
        return None
    attributes = answer.first(Tag.PRINTER_GROUP)
    if not answer.ok or not attributes:
        return None
    formats = {name.lower() for name in PrinterFacts(attributes).formats}
    found = _found(attributes, FoundKind.IPP, "", target.printer_uri)
    return IppAnswer(found, bool(formats & _PAGES))


def _found(attributes: Collection, kind: FoundKind, name: str, address: str) -> Found:
    facts = PrinterFacts(attributes)
    model = _line(word(attributes, "printer-make-and-model"))
    title = _line(word(attributes, "printer-info")) or model or name or address
    resolution = facts.resolution
    media = _MEDIA.search(word(attributes, "media-default"))
    raw = kind is FoundKind.QUEUE and "raw" in model.lower().split()
    spoken = language_word(f"{title} {name}") if raw else "system"
    return Found(
        kind,
        title,
        address,
        language=spoken,
        dots_per_mm=round(resolution.dots_per_mm, 2) if resolution else 0.0,
        media=f"{float(media[1]):g}x{float(media[2]):g}" if media else "",
        status=facts.status,
    )


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:120]
