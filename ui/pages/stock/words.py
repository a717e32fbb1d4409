"""What the stock page says: states, days left, movements."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.states import MoveKind
from app.domain.stock_reasons import said
from app.domain.text import T, Text, ntr, tr
from app.services.stock.stock_page import StockLine, StockState
from ui.pages.orders.words import short_number
from ui.theme_tokens import Tone

MINUS = "−"
STATE_WORDS: Mapping[StockState, Text] = {
    StockState.SHORT: T("Short"),
    StockState.LOW: T("Running low"),
    StockState.ENOUGH: T("Enough"),
    StockState.SLOW: T("Sells slowly"),
    StockState.NONE: T("None here"),
}
TONES: Mapping[StockState, Tone | None] = {
    StockState.SHORT: Tone.ERR,
    StockState.LOW: Tone.WARN,
    StockState.ENOUGH: None,
    StockState.SLOW: Tone.GRAY,
    StockState.NONE: None,
}
GLYPHS: Mapping[StockState, tuple[str, str]] = {
    StockState.SHORT: ("warning-octagon", "fill"),
    StockState.LOW: ("warning", "fill"),
    StockState.SLOW: ("hourglass-medium", "regular"),
}
KIND_WORDS: Mapping[MoveKind, Text] = {
    MoveKind.RECEIVE: T("Received"),
    MoveKind.RESERVE: T("Allocated"),
    MoveKind.RELEASE: T("Let go"),
    MoveKind.SHIP: T("Sent"),
    MoveKind.UNSHIP: T("Sending taken back"),
    MoveKind.ADJUST: T("Corrected"),
    MoveKind.COUNT: T("Stock count"),
    MoveKind.RETURN: T("Came back"),
    MoveKind.RETURN_BAD: T("Came back defective"),
    MoveKind.PICK: T("Picked"),
    MoveKind.PUT_BACK: T("Put back"),
    MoveKind.TRANSFER: T("Moved to another bin"),
    MoveKind.BUILD: T("Bundled"),
    MoveKind.DEFECT: T("Found defective"),
    MoveKind.MEND: T("Good again"),
    MoveKind.DISCARD: T("Defective, gone"),
    MoveKind.EXPECT: T("On the way"),
    MoveKind.SET_ASIDE: T("Set aside for presale"),
    MoveKind.USE: T("Packing material used"),
    MoveKind.ISSUE: T("Taken elsewhere"),
}
KIND_GLYPHS: Mapping[MoveKind, str] = {
    MoveKind.RECEIVE: "tray-arrow-down",
    MoveKind.RESERVE: "shopping-bag",
    MoveKind.RELEASE: "lock-open",
    MoveKind.SHIP: "paper-plane-tilt",
    MoveKind.UNSHIP: "arrow-counter-clockwise",
    MoveKind.ADJUST: "pencil-simple",
    MoveKind.COUNT: "list-checks",
    MoveKind.RETURN: "arrow-u-up-left",
    MoveKind.RETURN_BAD: "arrow-u-up-left",
    MoveKind.PICK: "hand",
    MoveKind.PUT_BACK: "arrow-u-down-left",
    MoveKind.TRANSFER: "swap",
    MoveKind.BUILD: "cube",
    MoveKind.DEFECT: "warning-circle",
    MoveKind.MEND: "wrench",
    MoveKind.DISCARD: "trash",
    MoveKind.EXPECT: "truck",
    MoveKind.SET_ASIDE: "archive",
    MoveKind.USE: "package",
    MoveKind.ISSUE: "sign-out",
}


def figure(pieces: int) -> str:
    """4,862; a minus sign of its own."""
    return f"{MINUS}{-pieces:,}" if pieces < 0 else f"{pieces:,}"


def change(pieces: int) -> str:
    """+24, −5; nothing for no change."""
    return f"+{pieces:,}" if pieces > 0 else figure(pieces) if pieces else ""


def days_words(line: StockLine) -> str:
    """How many days it lasts; a dash where nobody can say."""
    if line.days_left is None:
        return "—"
    days = int(line.days_left)
    return tr("a year +") if days > 365 else ntr("{n} day", "{n} days", days)


def bins_words(line: StockLine) -> str:
    """A-01-3; more than one with how many others."""
    if not line.bins:
        return "—"
    more = len(line.bins) - 1
    return tr("{bin} and {n} more", bin=line.bins[0], n=more) if more else line.bins[0]


def spec_words(spec: str, code: str) -> str:
    """100g 罐装 · LJ-100G."""
    return " · ".join(part for part in (spec, code) if part)


def kind_words(kind: str) -> str:
    """A movement in a word; an unknown kind as it is stored."""
    return str(KIND_WORDS[MoveKind(kind)]) if kind in set(MoveKind) else kind


def kind_glyph(kind: str) -> str:
    """The icon of a movement."""
    return KIND_GLYPHS[MoveKind(kind)] if kind in set(MoveKind) else "stack"


def move_words(kind: str, reference: str, reason: str, order: str) -> str:
    """Sent 2764 8066; Received RK-0318-2; Corrected broken."""
    why = tr("from a table") if reason == "import" else said(reason)
    about = short_number(order) if order else reference or why
    return f"{kind_words(kind)} {about}".strip()
