"""IPP printers and CUPS queues: asked before the job, given it, asked until it is out.

The job is created first and its document sent second (RFC 8011 sections 4.2.4 and 4.3.1): until the
document's first byte nothing can print, and from then on the job has a number to be asked for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus, SendResult, Sent
from printing.devices.device import not_started, sent, unknown
from printing.devices.ipp_client import (
    IppClient,
    IppError,
    IppNotSentError,
    IppTarget,
    ipp_target,
    no_queue,
    signed_in,
)
from printing.devices.ipp_job import NOT_FOUND, Ended, JobWatch, find_job, judged, wanted
from printing.devices.ipp_printer import (
    MARGINS,
    PRINTER_ATTRIBUTES,
    STATE_ATTRIBUTES,
    PrinterFacts,
)
from printing.devices.ipp_wire import (
    Answer,
    Attributes,
    Operation,
    Tag,
    Typed,
    collection,
    integer,
    keyword,
    number,
)
from printing.languages import states
from printing.languages.language import Dialect

_PDF, _RASTER = "application/pdf", "image/pwg-raster"
_RAW, _ANY = "application/vnd.cups-raw", "application/octet-stream"
# What a driverless label printer may call its own language.
_OWN_FORMATS = {
    "zpl": ("application/vnd.zebra-zpl", "application/x-zpl"),
    "escpos": ("application/vnd.epson.escpos",),
    "tspl": ("application/vnd.tsc-tspl",),
    "cpcl": ("application/vnd.zebra-cpcl",),
}
_CONNECTING_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class IppSettings:
    """``language``: the label language of the data, empty for PDF. ``dots_per_mm``: as configured;
    ``None`` leaves it to the printer. Time-outs in seconds: to connect, for an answer, for the
    document to be taken, for the job to end (then it is cancelled).
    """

    width_mm: float
    height_mm: float
    language: str = ""
    dots_per_mm: float | None = None
    connect_timeout_s: float = 3.0
    answer_timeout_s: float = 3.0
    send_timeout_s: float = 15.0
    confirm_timeout_s: float = 20.0


class IppDevice:
    """One printer or queue; see ``device.Device``, ``LooksUp`` and ``KnowsResolution``.

    ``dots_per_mm`` and ``status`` may be called from any thread; the others one at a time.
    """

    def __init__(self, target: IppTarget, settings: IppSettings) -> None:
        self._target = target
        self._settings = settings
        self._dots_per_mm = settings.dots_per_mm

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        try:
            with self._client() as client:
                return self._ready(client)[1]
        except IppError as error:
            return error.status

    def dots_per_mm(self) -> float | None:
        """Asked for once; a printer that is not there is asked again the next time."""
        if self._dots_per_mm is None:
            try:
                with self._client() as client:
                    self._facts(client)
            except IppError:
                return None
        return self._dots_per_mm

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        return self.deliver_as(data, dialect, "")

    def deliver_as(self, data: bytes, dialect: Dialect | None, key: str) -> Sent:
        with self._client() as client:
            try:
                facts, status = self._ready(client)
            except IppError as error:
                return not_started(error.status)
            if not status.can_start:
                return not_started(status)
            order = self._order(data, facts)
            if isinstance(order, DeviceStatus):
                return not_started(order)
            submit = self._in_two_steps
            if not facts.can(Operation.CREATE_JOB, Operation.SEND_DOCUMENT):
                submit = self._in_one_step
            return self._ended(submit(client, order, job_name(key)), facts, job_name(key))

    def look_up(self, key: str) -> Sent | None:
        try:
            with self._client() as client:
                facts = self._facts(client)
                job = find_job(client, job_name(key))
                if job is None:
                    return None
                watch = JobWatch(client, job.number, self._settings.confirm_timeout_s)
                return self._ended(watch.follow(broken=True), facts, job_name(key))
        except IppError:
            return None

    # -- asking --------------------------------------------------------------------------------

    def _client(self, target: IppTarget | None = None) -> IppClient:
        return IppClient(
            target or self._target,
            connect_timeout_s=self._settings.connect_timeout_s,
            timeout_s=self._settings.answer_timeout_s,
        )

    def _facts(self, client: IppClient) -> PrinterFacts:
        answer = client.call(Operation.GET_PRINTER_ATTRIBUTES, [wanted(PRINTER_ATTRIBUTES)])
        if not answer.ok:
            raise IppError(_refusal(answer))
        facts = PrinterFacts(answer.first(Tag.PRINTER_GROUP))
        if self._dots_per_mm is None and facts.resolution is not None:
            self._dots_per_mm = facts.resolution.dots_per_mm
        return facts

    def _ready(self, client: IppClient) -> tuple[PrinterFacts, DeviceStatus]:
        """CUPS is "connecting to device" for a moment with every job: that is waited for."""
        ends_s = time.monotonic() + self._settings.answer_timeout_s
        while (facts := self._facts(client)).is_connecting and time.monotonic() < ends_s:
            time.sleep(_CONNECTING_PAUSE_S)
        status = facts.status
        if facts.is_cups and not facts.passes_through and status.can_start:
            status = self._status_behind(facts.device_uri) or status
        return facts, status

    def _status_behind(self, device_uri: str) -> DeviceStatus | None:
        """What the printer of a CUPS queue says: CUPS asks it only while it prints a job.

        ``None``: it can print, or cannot be asked from here.
        """
        try:
            with self._client(_behind(device_uri)) as client:
                asked: Attributes = [wanted(STATE_ATTRIBUTES)]
                answer = client.call(Operation.GET_PRINTER_ATTRIBUTES, asked)
        except IppNotSentError as error:
            return error.status if self._target.is_here else None
        except (ValueError, IppError):
            return None
        status = PrinterFacts(answer.first(Tag.PRINTER_GROUP)).status
        return None if status.can_start or not answer.ok else status

    # -- sending -------------------------------------------------------------------------------

    def _order(self, data: bytes, facts: PrinterFacts) -> _Order | DeviceStatus:
        """What to send and how, or why this printer cannot print it."""
        single: list[tuple[str, list[Typed]]] = []
        if facts.takes("job-sheets", "none"):
            single.append(("job-sheets", [keyword("none")]))  # no banner page between labels
        if self._settings.language:
            own = self._own_format(facts)
            return _Order(data, own, single) if own else _language_unknown()
        size = facts.paper(self._settings.width_mm, self._settings.height_mm)
        if size is None:
            return self._no_such_paper()
        job: Attributes = [*single, ("media-col", [_media(size, facts)])]
        if facts.takes("print-scaling", "none"):
            job = [*job, ("print-scaling", [keyword("none")])]
        if _PDF in facts.formats or not facts.formats:
            return _Order(data, _PDF, job)
        if _RASTER in facts.formats and facts.raster_resolutions:
            return _Order(self._raster(data, facts), _RASTER, job)
        return _no_format()

    def _own_format(self, facts: PrinterFacts) -> str:
        if facts.is_cups:
            return _RAW
        known = facts.formats
        for name in (*_OWN_FORMATS.get(self._settings.language, ()), _ANY):
            if name in known:
                return name
        return "" if known else _ANY

    def _raster(self, pdf: bytes, facts: PrinterFacts) -> bytes:
        from printing.devices.ipp_raster import pwg_raster
        from printing.documents.raster import rasterise

        wished = self._dots_per_mm or 8.0
        resolution = min(facts.raster_resolutions, key=lambda r: abs(r.dots_per_mm - wished))
        pages = rasterise(pdf, resolution.dots_per_mm)
        grey = not facts.takes("pwg-raster-document-type", "black_1")
        return pwg_raster(pages, resolution.dpi, grey=grey)

    def _no_such_paper(self) -> DeviceStatus:
        size = f"{self._settings.width_mm:g}×{self._settings.height_mm:g}"
        return DeviceStatus(
            DeviceState.ERROR,
            T("The printer or its queue knows no paper of {size} mm.", size=size),
            T("Set up this paper size there, or choose the size it has."),
        )

    def _in_two_steps(self, client: IppClient, order: _Order, name: str) -> Ended | Sent:
        try:
            created = client.call(
                Operation.CREATE_JOB, [("job-name", [Typed(Tag.NAME, name)])], job=order.job
            )
        except IppError as error:
            return not_started(error.status)  # perhaps a job, but one without a document
        number_ = number(created.first(Tag.JOB_GROUP), "job-id")
        if not created.ok or number_ is None:
            return not_started(_refusal(created))
        watch = JobWatch(client, number_, self._settings.confirm_timeout_s)
        attributes: Attributes = [
            ("job-id", [integer(number_)]),
            ("document-format", [Typed(Tag.MIME_TYPE, order.format)]),
            ("last-document", [Typed(Tag.BOOLEAN, True)]),
        ]
        try:
            taken = client.call(
                Operation.SEND_DOCUMENT,
                attributes,
                document=order.data,
                timeout_s=self._settings.send_timeout_s,
            )
        except IppError as error:
            return _because(watch.follow(broken=True), error.status)
        return watch.follow() if taken.ok else _because(watch.follow(broken=True), _refusal(taken))

    def _in_one_step(self, client: IppClient, order: _Order, name: str) -> Ended | Sent:
        """For printers that cannot do it in two; a lost answer leaves the name to look for."""
        attributes: Attributes = [
            ("job-name", [Typed(Tag.NAME, name)]),
            ("document-format", [Typed(Tag.MIME_TYPE, order.format)]),
        ]
        try:
            answer = client.call(
                Operation.PRINT_JOB,
                attributes,
                job=order.job,
                document=order.data,
                timeout_s=self._settings.send_timeout_s,
            )
        except IppNotSentError as error:
            return not_started(error.status)
        except IppError as error:
            return self._looked_for(client, name) or unknown(
                T("The printer took the label but does not answer."), error.status
            )
        number_ = number(answer.first(Tag.JOB_GROUP), "job-id")
        if not answer.ok:
            return not_started(_refusal(answer))
        if number_ is None:
            return sent(states.mute())
        return JobWatch(client, number_, self._settings.confirm_timeout_s).follow()

    def _looked_for(self, client: IppClient, name: str) -> Ended | Sent | None:
        try:
            job = find_job(client, name) if name != job_name("") else None
        except IppError:
            return None
        if job is None:
            return None
        watch = JobWatch(client, job.number, self._settings.confirm_timeout_s)
        return watch.follow(broken=True)

    # -- judging -------------------------------------------------------------------------------

    def _ended(self, ended: Ended | Sent, facts: PrinterFacts, name: str) -> Sent:
        if isinstance(ended, Sent):
            return ended
        if ended.job.is_completed and facts.is_cups and not facts.passes_through:
            return self._by_the_printer(facts.device_uri, name)
        return judged(ended, passes_through=facts.passes_through)

    def _by_the_printer(self, device_uri: str, name: str) -> Sent:
        """CUPS' own count of pages says one before anything is out; the printer behind it knows.

        CUPS hands the job on under its name. A printer that cannot be asked from here, or that
        no longer knows the job, leaves it at "sent".
        """
        try:
            with self._client(_behind(device_uri)) as client:
                job = find_job(client, name) if name != job_name("") else None
        except (ValueError, IppError):
            return sent(states.ready())
        if job is None or not job.is_over:
            return sent(states.ready())
        return judged(Ended(job), passes_through=False)


@dataclass(frozen=True, slots=True)
class _Order:
    """``job``: the job's attributes."""

    data: bytes
    format: str
    job: Attributes


def _behind(device_uri: str) -> IppTarget:
    """Raises ``ValueError``. CUPS prints there already: its certificate need not be asked for."""
    return ipp_target(urlsplit(device_uri)._replace(query="verify=no").geturl())


def _because(ended: Ended | Sent, status: DeviceStatus) -> Ended | Sent:
    """A document that never arrived did not wait too long: ``status`` says why it did not."""
    if isinstance(ended, Sent) and ended.result is SendResult.NOT_STARTED:
        return not_started(status)
    return ended


def job_name(key: str) -> str:
    """What people see in the queue, and what a job is found by."""
    return f"packbench {key}".rstrip()


def _media(size: tuple[int, int], facts: PrinterFacts) -> Typed:
    """PWG 5100.7 section 6.3: the exact paper, printed to its edges where the printer can."""
    width, height = size
    paper = collection(("x-dimension", integer(width)), ("y-dimension", integer(height)))
    known = facts.attributes
    margins = [
        (margin, integer(0))
        for margin in MARGINS
        if 0 in known.get(f"{margin}-supported", ()) and facts.takes("media-col", margin)
    ]
    return collection(("media-size", paper), *margins)


def _refusal(answer: Answer) -> DeviceStatus:
    """RFC 8011 appendix B: why a request was not done, for a person."""
    if answer.status in {0x0401, 0x0402, 0x0403}:
        return signed_in()
    if answer.status == NOT_FOUND:
        return no_queue()
    if answer.status == 0x040A:
        return _no_format()
    if answer.status in {0x0506, 0x0502, 0x0505, 0x0507}:
        return DeviceStatus(
            DeviceState.PAUSED,
            T("The printer or its queue takes no jobs at the moment."),
            T("Wait a little, or look at its display."),
        )
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer refused the job (IPP {code}).", code=f"{answer.status:#06x}"),
        T("Compare its paper size and settings with those of the printer here."),
    )


def _no_format() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer or its queue takes neither PDF nor PWG Raster."),
        T("Choose its label language for this printer instead of system."),
    )


def _language_unknown() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer does not take label languages over IPP."),
        T("Choose system for this printer, or use its port 9100."),
    )
