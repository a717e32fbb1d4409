"""What a person does about a refusal: one word that a button, a row and a program understand."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.domain.text import T, Text


class Fix(StrEnum):
    """The thing that helps."""

    EDIT_ADDRESS = "edit_address"
    EDIT_PHONE = "edit_phone"
    CHANGE_CARRIER = "change_carrier"
    RECHARGE = "recharge"
    CHECK_ACCOUNT = "check_account"
    CHANGE_SERVICE = "change_service"
    RETRY_LATER = "retry_later"
    LOOK_UP = "look_up"
    ASK_CARRIER = "ask_carrier"
    WAIT = "wait"


FIX_WORDS: Mapping[Fix, Text] = {
    Fix.EDIT_ADDRESS: T("Fix address"),
    Fix.EDIT_PHONE: T("Fix phone"),
    Fix.CHANGE_CARRIER: T("Choose another carrier"),
    Fix.RECHARGE: T("Recharge the account"),
    Fix.CHECK_ACCOUNT: T("Check the account"),
    Fix.CHANGE_SERVICE: T("Change product or service"),
    Fix.RETRY_LATER: T("Try again later"),
    Fix.LOOK_UP: T("Look the number up"),
    Fix.ASK_CARRIER: T("Ask the carrier"),
    Fix.WAIT: T("Wait a minute"),
}

# Codes of refused parcels: the classes of ``ProblemClass``, and our own codes.
_BY_CODE: Mapping[str, Fix] = {
    "fix_address": Fix.EDIT_ADDRESS,
    "phone": Fix.EDIT_PHONE,
    "out_of_range": Fix.CHANGE_CARRIER,
    "closed_temporarily": Fix.RETRY_LATER,
    "product_or_vas": Fix.CHANGE_SERVICE,
    "account": Fix.CHECK_ACCOUNT,
    "balance": Fix.RECHARGE,
    "prohibited": Fix.CHANGE_CARRIER,
    "duplicate": Fix.LOOK_UP,
    "already_moving": Fix.ASK_CARRIER,
    "auth": Fix.CHECK_ACCOUNT,
    "rate": Fix.WAIT,
    "day_limit": Fix.RETRY_LATER,
    "masked": Fix.EDIT_ADDRESS,
    "other": Fix.ASK_CARRIER,
    "unknown": Fix.LOOK_UP,
    "ask_person": Fix.LOOK_UP,
    "not_sent": Fix.RETRY_LATER,
    "later": Fix.RETRY_LATER,
    "busy_elsewhere": Fix.WAIT,
    "no_account": Fix.CHANGE_CARRIER,
    "no_sender": Fix.CHECK_ACCOUNT,
    "decode_quota": Fix.EDIT_ADDRESS,
    "carrier_settings": Fix.CHECK_ACCOUNT,
    "secret_missing": Fix.CHECK_ACCOUNT,
}


def fix_for(code: str) -> Fix | None:
    """What helps against a refusal with this code; ``None`` where nothing of this list does."""
    return _BY_CODE.get(code)
