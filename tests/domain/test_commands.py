"""A command card is told from every other code."""

from __future__ import annotations

from app.domain.commands import Command, command_code, read_command
from app.domain.recognition import read_waybill


def test_every_card_is_read_as_its_command_whatever_the_case() -> None:
    for command in Command:
        code = command_code(command)
        assert read_command(code) is command
        assert read_command(f" {code.lower()} ") is command


def test_no_other_code_is_a_card() -> None:
    for code in ("", "CMD-", "CMD-UNDO2", "UNDO", "SF1234567890123", "BIN-UNDO", "6901234567892"):
        assert read_command(code) is None


def test_no_card_looks_like_a_waybill() -> None:
    assert all(read_waybill(command_code(c)).carrier == "" for c in Command)
    assert all(command_code(c).replace("-", "").isalpha() for c in Command)
