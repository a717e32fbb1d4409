"""Printed cards that the bench obeys: hands in gloves scan them in place of a key."""

from __future__ import annotations

from enum import StrEnum

COMMAND_PREFIX = "CMD-"


class Command(StrEnum):
    """The codes without their prefix; the order is that of the printed sheet."""

    SEEN = "seen"
    UNDO = "undo"
    SHORT = "short"
    ASIDE = "aside"
    BOX = "box"
    REPRINT = "reprint"
    PAUSE = "pause"


def command_code(command: Command) -> str:
    """What stands in the code on the card: ``CMD-UNDO``.

    Capitals and ``-`` only: no keyboard layout and no lost shift key changes them on the way.
    """
    return f"{COMMAND_PREFIX}{command.value.upper()}"


def read_command(code: str) -> Command | None:
    """The command whose card was scanned; ``None``: this is no card.

    No waybill number, goods code or bin code has the prefix and one of the few known words.
    """
    return _BY_CODE.get(code.strip().upper())


_BY_CODE = {command_code(command): command for command in Command}
