"""The one place that hides personal data on what we print, show and export."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from app.domain.address import Address
from app.domain.text import Text
from app.domain.waybills import Problem


class Masking(StrEnum):
    """How much a label that we draw shows."""

    STANDARD = "standard"  # name 林**, phone 138****2046, address in full
    NAME_ONLY = "name_only"  # only the name is hidden
    NONE = "none"


def mask_name(name: str) -> str:
    """First character and ``**``; a name that came masked stays as it came."""
    if not name or "*" in name:
        return name
    return f"{name[0]}**"


def mask_phone(phone: str) -> str:
    """Mobile: first 3, ``****``, last 4. Land line: area code, ``****``, last 4."""
    if not phone or "*" in phone:
        return phone
    area, dash, rest = phone.partition("-")
    if dash and len(rest) >= 7:
        return f"{area}-****{rest[-4:]}"
    digits = phone.replace("-", "")
    if digits.startswith("0") and len(digits) >= 10:  # 010, 02x, else a four-digit area code
        return f"{digits[: 3 if digits[1] in '12' else 4]}-****{digits[-4:]}"
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) > 4 else "****"


def mask_address_text(address: str) -> str:
    """Building and room hidden: every digit run becomes its first digit and ``**``."""
    out: list[str] = []
    in_digits = False
    for char in address:
        if char.isdigit():
            if not in_digits:
                out.append(f"{char}**")
            in_digits = True
        else:
            out.append(char)
            in_digits = False
    return "".join(out)


def for_label(person: Address, masking: Masking) -> Address:
    """``person`` as a label shows it; what came masked from the platform is shown as it came."""
    if person.masked or masking is Masking.NONE:
        return person
    phone = person.phone if masking is Masking.NAME_ONLY else mask_phone(person.phone)
    return replace(person, name=mask_name(person.name), phone=phone)


def sender_for_label(sender: Address, masking: Masking) -> Address:
    """Our own side of the label: a shop's name is no secret, its phone is shortened."""
    if sender.masked or masking is not Masking.STANDARD:
        return sender
    return replace(sender, phone=mask_phone(sender.phone))


def for_screen(person: Address) -> Address:
    """``person`` as lists and drawers show it: name, phone and house numbers hidden."""
    if person.masked:
        return person
    return replace(
        person,
        name=mask_name(person.name),
        phone=mask_phone(person.phone),
        address=mask_address_text(person.address),
    )


def without_person(text: str, person: Address) -> str:
    """Somebody else's words about ``person`` without name, phone and address: safe to keep."""
    for secret in sorted({person.name, person.phone, person.address}, key=len, reverse=True):
        if len(secret) > 1:
            text = text.replace(secret, "…")
    return _LONG_DIGITS.sub("…", text)


def refusal_without_person(problem: Problem, person: Address) -> Problem:
    """A refusal that may be kept: the other side's words without the person they repeat."""
    return replace(
        problem,
        said=without_person(problem.said, person),
        message=sentence_without_person(problem.message, person),
        remedy=sentence_without_person(problem.remedy, person),
    )


def sentence_without_person(sentence: Text, person: Address) -> Text:
    """The sentence with the other side's words (``said``) made safe; the rest is ours."""
    params = {
        name: sentence_without_person(value, person)
        if isinstance(value, Text)
        else without_person(str(value), person)
        if name == "said"
        else value
        for name, value in sentence.params.items()
    }
    return Text(sentence.msgid, params)


_LONG_DIGITS = re.compile(r"\d[\d-]{6,}")  # a phone, whoever it belongs to
