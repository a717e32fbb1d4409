"""What an errcode of WeChat Store means for a person, and how such meanings are written down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.text import T, Text
from app.domain.waybills import ProblemClass

SUPPORT = T("Update the program. If it happens again, send the log and this number to support.")
AGAIN = T("Nothing to do: the program tries again by itself.")
LOOK = T("Open the order in the WeChat Store console and compare.")
MALFORMED = T("WeChat Store did not understand our request.")


class Reaction(StrEnum):
    """What the program does about an errcode."""

    RENEW = "renew"  # the token is refused: renew it, call again
    LATER = "later"  # nothing happened; the same call may be repeated
    UNSURE = "unsure"  # it may have happened: read back first
    REREAD = "reread"  # the order is not what we think: fetch it, then a person decides
    FIX = "fix"  # a person must change something
    OURS = "ours"  # the request was wrong: a mistake of this program


@dataclass(frozen=True, slots=True)
class Meaning:
    """One errcode. ``name`` is the code of the error raised for it."""

    name: str
    reaction: Reaction
    kind: ProblemClass
    message: Text
    remedy: Text


def ours(message: Text) -> Meaning:
    """A mistake of this program."""
    return Meaning("shop_request", Reaction.OURS, ProblemClass.OTHER, message, SUPPORT)


def auth(message: Text, remedy: Text, reaction: Reaction = Reaction.FIX) -> Meaning:
    """The access itself is refused."""
    return Meaning("shop_auth", reaction, ProblemClass.AUTH, message, remedy)


def fix(name: str, kind: ProblemClass, message: Text, remedy: Text) -> Meaning:
    """A person must change something."""
    return Meaning(name, Reaction.FIX, kind, message, remedy)


def later(name: str, message: Text, remedy: Text = AGAIN) -> Meaning:
    """Nothing happened; the same call may be repeated."""
    return Meaning(name, Reaction.LATER, ProblemClass.RATE, message, remedy)


def reread(name: str, message: Text, remedy: Text = LOOK) -> Meaning:
    """Things are not what we think: read them again, then a person decides."""
    return Meaning(name, Reaction.REREAD, ProblemClass.OTHER, message, remedy)
