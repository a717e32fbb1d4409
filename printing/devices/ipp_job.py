"""One job in an IPP printer or queue: followed to its end, taken back when it takes too long.

RFC 8011 sections 5.3.7 (job-state), 5.3.8 (job-state-reasons), 5.3.14.2 (time-at-processing).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.domain.text import T, Text
from app.ports import DeviceState, DeviceStatus, SendResult, Sent
from printing.devices.device import not_started, sent, unknown
from printing.devices.ipp_client import IppClient, IppError, signed_in
from printing.devices.ipp_printer import STATE_ATTRIBUTES, PrinterFacts
from printing.devices.ipp_wire import (
    Attributes,
    Collection,
    Operation,
    Tag,
    Typed,
    integer,
    keyword,
    number,
    word,
    words,
)
from printing.languages import states

NOT_FOUND = 0x0406
_AUTHENTICATION = {0x0401, 0x0402, 0x0403}
_CANCELED, _ABORTED, _COMPLETED = 7, 8, 9
_WAITING = {3, 4}  # pending, pending-held
_JOB_ATTRIBUTES = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-impressions",
    "job-impressions-completed",
    "job-media-sheets-completed",
    "time-at-processing",
)
_FIRST_PAUSE_S, _PAUSE_S = 0.05, 0.25
_CANCEL_S = 3.0  # for a cancelled job to come to its end
_MOST_JOBS = 500


@dataclass(frozen=True, slots=True)
class JobFacts:
    """The attributes of one job, with the questions that printing asks."""

    attributes: Collection

    @property
    def number(self) -> int:
        return number(self.attributes, "job-id") or 0

    @property
    def name(self) -> str:
        return word(self.attributes, "job-name")

    @property
    def state(self) -> int:
        return number(self.attributes, "job-state") or 0

    @property
    def reasons(self) -> tuple[str, ...]:
        return words(self.attributes, "job-state-reasons")

    @property
    def is_over(self) -> bool:
        """Completed, canceled or aborted; with ``processing-to-stop-point`` it is as good as."""
        return self.state >= _CANCELED

    @property
    def is_completed(self) -> bool:
        return self.state == _COMPLETED

    @property
    def lacks_its_document(self) -> bool:
        incoming = {"job-incoming", "job-data-insufficient"}
        return self.state in _WAITING and not incoming.isdisjoint(self.reasons)

    @property
    def never_processed(self) -> bool:
        """The printer itself says that it never began: nothing of the job can be on paper."""
        times = self.attributes.get("time-at-processing")
        return times is not None and times[:1] in {(), (None,)} and self.pages == 0

    @property
    def pages(self) -> int:
        """Sides that came out, as far as the printer counts them."""
        counted = ("job-impressions-completed", "job-media-sheets-completed")
        return max(number(self.attributes, name) or 0 for name in counted)

    @property
    def all_pages_out(self) -> bool:
        return self.pages >= max(1, number(self.attributes, "job-impressions") or 0)


def ask_job(client: IppClient, job: int) -> JobFacts | None:
    """``None``: the printer no longer knows the job. Raises ``IppError``."""
    answer = client.call(
        Operation.GET_JOB_ATTRIBUTES, [("job-id", [integer(job)]), wanted(_JOB_ATTRIBUTES)]
    )
    if answer.status == NOT_FOUND:
        return None
    if answer.status in _AUTHENTICATION:
        raise IppError(signed_in())
    return JobFacts(answer.first(Tag.JOB_GROUP))


def find_job(client: IppClient, name: str) -> JobFacts | None:
    """The newest job of this name, waiting or done; ``None``: the printer knows none.

    Raises ``IppError``.
    """
    for which in ("not-completed", "completed"):
        answer = client.call(
            Operation.GET_JOBS,
            [
                ("limit", [integer(_MOST_JOBS)]),
                ("which-jobs", [keyword(which)]),
                wanted(_JOB_ATTRIBUTES),
            ],
        )
        found = [JobFacts(attributes) for attributes in answer.all_of(Tag.JOB_GROUP)]
        same = [job for job in found if job.name == name]
        if same:
            return max(same, key=lambda job: job.number)
    return None


def wanted(names: tuple[str, ...]) -> tuple[str, list[Typed]]:
    return "requested-attributes", [keyword(name) for name in names]


@dataclass(frozen=True, slots=True)
class Ended:
    """``job`` as the printer last described it; ``trouble``: what it said of itself meanwhile."""

    job: JobFacts
    trouble: DeviceStatus | None = None


class JobWatch:
    """Follows one job on an open client. ``timeout_s`` is the job's time to live in the queue."""

    def __init__(self, client: IppClient, job: int, timeout_s: float) -> None:
        self._client = client
        self._job = job
        self._timeout_s = timeout_s
        self._trouble: DeviceStatus | None = None

    def follow(self, *, broken: bool = False) -> Ended | Sent:
        """Until the job is over; what is not over in time is cancelled, so that it does not come
        out tomorrow. ``broken``: its document may not have arrived; without one it is cancelled
        at once.
        """
        ends_s = time.monotonic() + self._timeout_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                job = ask_job(self._client, self._job)
                if job is None:
                    return unknown(T("The printer no longer knows what became of the label."))
                if job.is_over:
                    return Ended(job, self._trouble)
                if broken and job.lacks_its_document:
                    return self._take_back()
                self._look_at_printer()
            except IppError as error:
                self._trouble = error.status
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                return self._take_back()
            time.sleep(min(pause_s, left_s))
            pause_s = min(pause_s * 2, _PAUSE_S)

    def _look_at_printer(self) -> None:
        asked: Attributes = [wanted(STATE_ATTRIBUTES)]
        answer = self._client.call(Operation.GET_PRINTER_ATTRIBUTES, asked)
        status = PrinterFacts(answer.first(Tag.PRINTER_GROUP)).status
        self._trouble = None if status.can_start else status

    def _take_back(self) -> Ended | Sent:
        try:
            answer = self._client.call(Operation.CANCEL_JOB, [("job-id", [integer(self._job)])])
            ends_s = time.monotonic() + _CANCEL_S
            while (job := ask_job(self._client, self._job)) is not None:
                if job.is_over:
                    return Ended(job, self._trouble) if job.is_completed else self._taken_back(job)
                if not answer.ok or time.monotonic() > ends_s:
                    break
                time.sleep(_FIRST_PAUSE_S)
        except IppError as error:
            self._trouble = error.status
        return unknown(
            _with(
                self._trouble, T("The label is still in the print queue and may come out later.")
            ),
            self._trouble,
        )

    def _taken_back(self, job: JobFacts) -> Sent:
        if job.never_processed:
            status = self._trouble or states.busy()
            reason = T("The label waited too long in the print queue and was taken back.")
            return Sent(SendResult.NOT_STARTED, _with(self._trouble, reason), status)
        reason = T("The job was cancelled before its end: look whether the label came out.")
        return unknown(_with(self._trouble, reason), self._trouble)


def judged(ended: Ended, *, passes_through: bool) -> Sent:
    """What the printer's last words about a job are worth.

    Only a printer that prints the job itself and counts what comes out can confirm it. A queue
    that passes bytes on says "completed" when the data has left, whether there is paper or not;
    a printer that counts nothing might as well have thrown the job away.
    """
    job = ended.job
    if not job.is_completed:
        if job.never_processed:
            return not_started(ended.trouble or _given_up())
        reason = T("The printer gave the label up before its end: look whether it came out.")
        return unknown(_with(ended.trouble, reason), ended.trouble)
    if passes_through:
        return sent(states.mute())
    if "job-completed-with-errors" in job.reasons:
        return unknown(T("The printer ended the label with an error: look whether it came out."))
    if job.all_pages_out:
        return Sent(SendResult.CONFIRMED, None, states.ready())
    return sent(states.ready())


def _given_up() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The job was cancelled in the print queue before it began."),
        T("Print it again when the queue is free."),
    )


def _with(trouble: DeviceStatus | None, reason: Text) -> Text:
    """What is wrong with the printer, then what that means for the label."""
    if trouble is None:
        return reason
    return T("{trouble} {reason}", trouble=trouble.message, reason=reason)
