"""Is the parcel that a carrier shows ours? Compared before a number found there is taken over.

A carrier that replays the first answer for a key it has seen would hand out another customer's
label. What it shows may be masked, so ``*`` stands for any run of characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.domain.address import Address, clean_text


@dataclass(frozen=True, slots=True)
class Shown:
    """What a carrier says of the receiver behind a number; empty where it says nothing."""

    name: str = field(default="", repr=False)
    phones: tuple[str, ...] = field(default=(), repr=False)
    address: str = field(default="", repr=False)


def is_same_receiver(sent: Address, shown: Shown) -> bool | None:
    """Whether ``shown`` can be ``sent``; ``None`` when it shows nothing to compare.

    Name and phone decide; the address decides only where neither is shown, because carriers
    rewrite addresses.
    """
    phones = [digits for phone in shown.phones if (digits := _digits(phone))]
    verdicts = []
    if phones:
        verdicts.append(any(_fits(digits, _digits(sent.phone)) for digits in phones))
    if shown.name.strip():
        verdicts.append(_fits(clean_text(shown.name), clean_text(sent.name)))
    if not verdicts and shown.address.strip():
        ours, theirs = _letters(f"{sent.street}{sent.address}"), _letters(shown.address)
        verdicts.append(ours in theirs or theirs in ours)
    return all(verdicts) if verdicts else None


def _digits(phone: str) -> str:
    """Digits and mask without China's country code."""
    digits = "".join(c for c in phone if c.isdigit() or c == "*").removeprefix("00")
    return digits.removeprefix("86") if digits.startswith("861") and len(digits) == 13 else digits


def _letters(address: str) -> str:
    return "".join(c for c in clean_text(address) if c.isalnum())


def _fits(shown: str, sent: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", shown))
    return re.fullmatch(pattern, sent) is not None
