"""What becomes of each label of a run, for whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import PackbenchError
from app.domain.text import T, Text
from app.ports import SendResult, Sent

NOT_READY = "printer_not_ready"
UNKNOWN = "print_unknown"
UNKNOWN_REMEDY = T(
    "Look at the paper: name the last good label with --resume-after, or scan it at the bench."
)


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One label: ``printed``, ``unconfirmed``, ``kept``, ``unknown``, ``failed``, ``waiting``.

    While a run goes on also ``held`` (the printer is in trouble) and ``asked`` (somebody must say
    whether the label came out).
    """

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"printed", "unconfirmed", "kept"}


def in_doubt(parcel_id: str, number: str) -> PrintRow:
    """Nobody knows whether an earlier label of this number came out."""
    return PrintRow(
        parcel_id,
        number,
        "unknown",
        UNKNOWN,
        T("Nobody knows whether the label {number} came out.", number=number),
        UNKNOWN_REMEDY,
    )


def waiting(parcel_id: str, after: PrintRow) -> PrintRow:
    """It waits behind a label that was not good."""
    return PrintRow(parcel_id, "", "waiting", after.code, after.message, after.remedy)


def failed(parcel_id: str, number: str, error: PackbenchError) -> PrintRow:
    return PrintRow(parcel_id, number, "failed", error.code, error.message, error.remedy)


def row_of(parcel_id: str, number: str, sent: Sent) -> PrintRow:
    """What the printer's answer means for the label."""
    match sent.result:
        case SendResult.CONFIRMED:
            return PrintRow(parcel_id, number, "printed", message=sent.reason)
        case SendResult.SENT:
            return PrintRow(parcel_id, number, "unconfirmed", message=sent.reason)
        case SendResult.UNKNOWN:
            return PrintRow(parcel_id, number, "unknown", UNKNOWN, sent.reason, UNKNOWN_REMEDY)
        case SendResult.NOT_STARTED:
            remedy = sent.status.remedy if sent.status else None
            return PrintRow(
                parcel_id,
                number,
                "failed",
                NOT_READY,
                sent.reason,
                remedy or T("Look at the printer, then print again."),
            )
