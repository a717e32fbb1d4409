"""What stands in a table instead of a code. With ``--json`` the codes stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.domain.bins import FETCHED
from app.domain.companies import company
from app.domain.receiving import Got
from app.domain.states import (
    BinKind,
    Flow,
    LineState,
    MoveKind,
    OutboxKind,
    OutboxState,
    PaperState,
    SerialState,
    StockPaper,
    Verdict,
)
from app.domain.stock_reasons import said
from app.domain.text import T, Text, tr
from app.domain.track_words import STAGE_WORDS, WARNING_WORDS
from app.domain.words import DOCUMENT_WORDS, FLOW_WORDS, HOLD_WORDS, ORDER_WORDS, STATE_WORDS

Shown = Callable[[object], str]

RESULTS: Mapping[str, Text] = {
    "accepted": T("accepted"),
    "ambiguous": T("not clear"),
    "cancelled": T("cancelled"),
    "changed": T("changed"),
    "confirmed": T("printed"),
    "code_too_long": T("code too long"),
    "corrected": T("corrected"),
    "done": T("done"),
    "doubtful": T("look at it first"),
    "failed": T("failed"),
    "good": T("nothing against it"),
    "held": T("on hold"),
    "issued": T("number taken"),
    "kept": T("as it was"),
    "later": T("later"),
    "lost": T("no number"),
    "new": T("new"),
    "off": T("not used any more"),
    "parcel": T("new parcel"),
    "booked": T("booked"),
    "printed": T("printed"),
    "queued": T("waits to be sent"),
    "refused": T("refused"),
    "rejected": T("rejected"),
    "review": T("the platform looks at it"),
    "same": T("the same"),
    "sent": T("sent, not confirmed"),
    "shipped": T("shipped"),
    "superseded": T("no longer needed"),
    "unasked": T("not asked"),
    "undone": T("taken back"),
    "unconfirmed": T("sent, not confirmed"),
    "unknown": T("in doubt"),
    "void": T("given back"),
    "waiting": T("waits"),
    "waits": T("ends by itself"),
    "would": T("would be sent"),
}
_OUTBOX_KINDS: Mapping[OutboxKind, Text] = {
    OutboxKind.SHIP: T("ship"),
    OutboxKind.PRINTED: T("label printed"),
    OutboxKind.VOID: T("number back"),
    OutboxKind.EXTRA: T("extra parcel"),
    OutboxKind.CORRECT: T("other number"),
    OutboxKind.NOTE: T("note"),
    OutboxKind.EXCHANGE: T("exchange sent"),
    OutboxKind.STOCK: T("stock"),
}
_OUTBOX_STATES: Mapping[OutboxState, Text] = {
    OutboxState.PENDING: T("waits"),
    OutboxState.SENDING: T("under way"),
    OutboxState.DONE: T("done"),
    OutboxState.REFUSED: T("refused"),
    OutboxState.SUPERSEDED: T("no longer needed"),
}
_VERDICTS: Mapping[Verdict, Text] = {
    Verdict.OK: T("right"),
    Verdict.LINE_DONE: T("right, all of it"),
    Verdict.PARCEL_DONE: T("right, all there"),
    Verdict.OVER: T("one too many"),
    Verdict.WRONG_ITEM: T("wrong item"),
    Verdict.WRONG_VARIANT: T("wrong variant"),
    Verdict.UNKNOWN: T("not known"),
    Verdict.HELD: T("on hold"),
    Verdict.ALREADY_SHIPPED: T("shipped already"),
    Verdict.PARCEL_OPENED: T("parcel open"),
    Verdict.NOT_READY: T("not ready"),
    Verdict.ELSEWHERE: T("at another bench"),
}
_MOVES: Mapping[MoveKind, Text] = {
    MoveKind.RECEIVE: T("received"),
    MoveKind.RESERVE: T("reserved"),
    MoveKind.RELEASE: T("set free"),
    MoveKind.SHIP: T("shipped"),
    MoveKind.UNSHIP: T("taken back"),
    MoveKind.ADJUST: T("adjusted"),
    MoveKind.COUNT: T("counted"),
    MoveKind.RETURN: T("came back"),
    MoveKind.RETURN_BAD: T("came back bad"),
    MoveKind.PICK: T("fetched"),
    MoveKind.PUT_BACK: T("put back"),
    MoveKind.TRANSFER: T("moved"),
    MoveKind.BUILD: T("built"),
    MoveKind.DEFECT: T("found defective"),
    MoveKind.MEND: T("good again"),
    MoveKind.DISCARD: T("thrown away"),
    MoveKind.EXPECT: T("on the way"),
    MoveKind.SET_ASIDE: T("set aside for presale"),
    MoveKind.USE: T("used up"),
    MoveKind.ISSUE: T("issued"),
}
_PAPERS: Mapping[StockPaper, Text] = {
    StockPaper.RECEIPT: T("receipt"),
    StockPaper.COUNT: T("count"),
    StockPaper.TRANSFER: T("transfer"),
    StockPaper.ISSUE: T("issue"),
    StockPaper.LEVEL: T("level"),
}
_PAPER_STATES: Mapping[str, Text] = {
    PaperState.OPEN: T("open"),
    PaperState.TO_APPROVE: T("to approve"),
    PaperState.DONE: T("done"),
    PaperState.CANCELLED: T("cancelled"),
    LineState.COUNTED: T("counted"),
    LineState.BOOKED: T("booked"),
    LineState.DROPPED: T("left as it was"),
    "begun": T("being counted"),
}
_KINDS: Mapping[str, Text] = {
    "refund": T("refund"),
    "return": T("return"),
    "exchange": T("exchange"),
    "resend": T("send again"),
    "address": T("address"),
    "variant": T("variant"),
    "platform": T("platform"),
    "own": T("our own"),
    "unknown": T("not known"),
}
_RETURNS: Mapping[str, Text] = {
    "waiting": T("waits"),
    "refused": T("refused"),
    "expiring": T("expires by itself"),
    "done": T("given back"),
}
_NUMBERS: Mapping[str, Text] = {
    "issued": T("taken"),
    "printed": T("printed"),
    "packed": T("packed"),
    "handed_over": T("handed over"),
    "void_requested": T("is given back"),
    "void": T("given back"),
    "recycled": T("ended unused"),
    "in_doubt": T("in doubt"),
}
_TO_DO: Mapping[str, Text] = {
    "void": T("give back: waybill void-unused"),
    "wait": T("ends by itself"),
    "coming": T("runs by itself"),
    "ask": T("ask the carrier"),
}
_SHELF: Mapping[str, Text] = {
    "on_sale": T("on sale"),
    "off": T("off the shelf"),
    "blocked": T("taken off by the platform"),
    "gone": T("deleted"),
    "unknown": T("not known"),
}
_LIKENESS: Mapping[str, Text] = {
    "code": T("same code"),
    "barcode": T("same barcode"),
    "title": T("same name"),
    "similar": T("similar name"),
}
_NOTES: Mapping[str, Text] = {
    "told": T("the shop has it"),
    "waiting": T("waits to be sent"),
    "refused": T("refused"),
}
_HEALTH: Mapping[str, Text] = {
    "ok": T("fine"),
    "warning": T("look at it"),
    "problem": T("to mend"),
}
_PRINTER_WAYS: Mapping[str, Text] = {
    "queue": T("this computer"),
    "usb": T("USB"),
    "file": T("device file"),
    "serial": T("serial port"),
    "network": T("network"),
    "ipp": T("network (IPP)"),
}
_SECTIONS: Mapping[str, Text] = {
    "database": T("Database"),
    "sender": T("Sender"),
    "approval": T("Approval"),
    "slip": T("Packing slip"),
    "stock": T("Stock"),
    "tracking": T("Tracking"),
    "shop": T("Shop"),
    "carrier": T("Carrier"),
    "printer": T("Printer"),
    "rule": T("Rule"),
    "price": T("Prices"),
    "relay": T("Relay"),
    "reach": T("Reach"),
    "user": T("User"),
}
_REACH: Mapping[str, Text] = {
    "refused": T("does not go there"),
    "doubtful": T("perhaps"),
    "reached": T("goes there"),
}
_REACH_ORIGINS: Mapping[str, Text] = {
    "own": T("your own table"),
    "list": T("the carrier's list"),
    "learned": T("refused before"),
}
_QUOTES: Mapping[str, Text] = {"asked": T("the carrier"), "table": T("price table")}
_ADVICE: Mapping[str, Text] = {
    "tell": T("overwrite the shop's"),
    "take": T("take the shop's"),
}
_SKU_KINDS: Mapping[str, Text] = {
    "good": T("goods"),
    "bundle": T("bundle"),
    "packing": T("packing material"),
}
_ALIKE: Mapping[str, Text] = {
    "hand": T("said by a person"),
    "mistaken": T("mixed up at the bench"),
    "variant": T("same product"),
}
_STOCK_STATES: Mapping[str, Text] = {
    "short": T("orders lack it"),
    "low": T("running low"),
    "enough": T("enough"),
    "slow": T("sells slowly"),
    "none": T("nothing there"),
}
_RULES: Mapping[str, Text] = {
    "ledger": T("the ledger adds up to the stock"),
    "places": T("the ledger adds up to what lies in each bin"),
    "archive": T("an order is live or put away, never both"),
    "batches": T("what lies there of a batch is of its own"),
    "serials": T("numbered pieces are where their history ends"),
    "reservations": T("what is allocated is reserved"),
    "reserved_goods": T("a parcel has what it holds reserved"),
    "gifts": T("gifts are counted as they were given"),
    "negative": T("nothing is below zero that no shop allows"),
    "one_waybill": T("a parcel has one number"),
    "shipped_stock": T("goods left the stock once"),
    "reported": T("what shops were told has left"),
    "unreported": T("what is sealed will be told"),
    "printed": T("what counts as printed was sent"),
    "held": T("nothing held has left"),
    "numbers": T("every number has an owner"),
    "papers": T("stock papers say what they booked"),
    "in_transit": T("what is on the way is expected"),
}


_GOT: Mapping[Got, Text] = {
    Got.BIN: T("to this bin"),
    Got.COUNTED: T("counted"),
    Got.QUANTITY: T("so many now"),
    Got.BATCH: T("batch noted"),
    Got.SERIAL: T("number noted"),
    Got.ASK: T("which one?"),
    Got.UNKNOWN: T("not known"),
    Got.UNDONE: T("taken back"),
    Got.NOTHING: T("about nothing"),
    Got.TWICE: T("scanned already"),
    Got.BAD: T("cannot be right"),
}
_BIN_KINDS: Mapping[BinKind, Text] = {
    BinKind.PICK: T("for picking"),
    BinKind.RESERVE: T("for refilling"),
}
_SERIAL_STATES: Mapping[SerialState, Text] = {
    SerialState.IN: T("here"),
    SerialState.OUT: T("gone"),
    SerialState.DEFECTIVE: T("defective"),
}


def _by(*tables: Mapping[Any, Text]) -> Shown:
    """Shows a code, or several, in words; one that has none stays as it is."""
    words: dict[str, Text] = {str(code): word for table in tables for code, word in table.items()}

    def show(value: object) -> str:
        if isinstance(value, str):
            return str(words.get(str(value), value))
        if isinstance(value, Iterable):
            return ", ".join(show(v) for v in value)
        return "" if value is None else str(value)

    return show


def place(value: object) -> str:
    """A bin; the place of fetched goods has no name of its own on the shelf."""
    return tr("with the packers") if value == FETCHED else str(value or "")


def places(value: Any) -> str:
    """Several bins."""
    return tr(", ").join(place(v) for v in value)


def stock_reason(value: object) -> str:
    """Why a figure was corrected, in words."""
    return said(str(value or ""))


def yes(value: object) -> str:
    """A mark where something holds."""
    return tr("yes") if value else ""


def days(value: object) -> str:
    """A length of time in days; "" when nobody can say."""
    if not isinstance(value, float | int):
        return ""
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def yuan(value: object) -> str:
    """An amount of fen as people write it."""
    return f"{value / 100:.2f}" if isinstance(value, int) else ""


def carrier(value: object) -> str:
    """A company's name."""
    return str(company(str(value)).name) if value else ""


result = _by(RESULTS)
listed = _by()
sku_kind = _by(_SKU_KINDS)
alike = _by(_ALIKE)
stock_state = _by(_STOCK_STATES)
reach = _by(_REACH)
reach_origin = _by(_REACH_ORIGINS)
state = _by(STATE_WORDS, FLOW_WORDS)
flow = _by(FLOW_WORDS, {Flow.PARCEL: Text("")})
holds = _by(HOLD_WORDS)
order_status = _by(ORDER_WORDS)
outbox_kind = _by(_OUTBOX_KINDS)
outbox_state = _by(_OUTBOX_STATES)
verdict = _by(_VERDICTS)
move = _by(_MOVES)
paper_kind = _by(_PAPERS)
paper_state = _by(_PAPER_STATES)
kind = _by(_KINDS)
number_return = _by(_RETURNS)
number_state = _by(_NUMBERS)
number_to_do = _by(_TO_DO)
shelf = _by(_SHELF)
likeness = _by(_LIKENESS)
health = _by(_HEALTH)
printer_way = _by(_PRINTER_WAYS)
section = _by(_SECTIONS)
rule = _by(_RULES)
advice = _by(_ADVICE)
quote_source = _by(_QUOTES)
note_state = _by(_NOTES)
got = _by(_GOT)
bin_kind = _by(_BIN_KINDS)
serial_state = _by(_SERIAL_STATES)
track_stage = _by(STAGE_WORDS)
track_warning = _by(WARNING_WORDS)


def documents(codes: Any) -> str:
    """What a printer prints."""
    return tr(", ").join(str(DOCUMENT_WORDS.get(code, code)) for code in codes)


def or_nothing(value: Any) -> str:
    """A number where there is one."""
    return "" if value is None else str(value)
