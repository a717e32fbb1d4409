"""Waybill numbers and carriers that a person typed in: what may be taken, and why not."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from app.domain.companies import COMPANIES, ELSEWHERE, Company, company, company_of_wechat
from app.domain.errors import UserError
from app.domain.text import T
from app.services.sync import shop_companies
from app.services.workplace import Workplace
from app.store.tables import waybills


def typed(number: str, ref: str) -> str:
    """The number without spaces, in capitals. Raises ``UserError`` (``bad_number``)."""
    text = "".join(number.split()).upper()
    if not (8 <= len(text) <= 40 and text.isascii() and text.replace("-", "").isalnum()):
        raise UserError(
            "bad_number",
            T("“{number}” is no waybill number.", number=number),
            T("Type the number as it stands on the label."),
            ref=ref,
        )
    return text


def carrier_code(tx: Connection, work: Workplace, shop_id: str, carrier: str, ref: str) -> str:
    """Our code of the carrier a person named, if the shop takes it.

    Our code, the shop's, or a name as it is shown here or in the shop's list. Without that list
    only the carriers we know count. Raises ``UserError`` (``report_carrier``).
    """
    wanted = carrier.strip()
    listed = shop_companies.known(tx, work, shop_id)
    found = _meant(wanted, listed or {})
    fits = found in COMPANIES if listed is None else found.wechat in listed
    if not (fits or found.wechat == shop_companies.OTHER):
        raise UserError(
            shop_companies.NOT_KNOWN,
            T("{carrier} is not in the shop's list of carriers.", carrier=wanted),
            T("Take one of: {codes}", codes=", ".join(sorted(listed or _ours()))),
            ref=ref,
        )
    return found.code


def _meant(wanted: str, listed: Mapping[str, str]) -> Company:
    for known in (*COMPANIES, *ELSEWHERE):
        if wanted.casefold() in {known.code, known.wechat.casefold(), str(known.name).casefold()}:
            return known
    for code, name in listed.items():
        if wanted.casefold() == name.casefold():
            return company_of_wechat(code)
    return company_of_wechat(wanted.upper())


def carrier_name(tx: Connection, work: Workplace, shop_id: str, code: str) -> str:
    """How a company is called, one that only the shop's list knows too."""
    found = company(code)
    if found in COMPANIES or found in ELSEWHERE:
        return str(found.name)
    return (shop_companies.known(tx, work, shop_id) or {}).get(found.wechat, str(found.name))


def must_be_free(tx: Connection, carrier: str, number: str, ref: str) -> None:
    """Raises ``UserError`` (``number_taken``) when a parcel has this number."""
    taken = tx.execute(
        select(waybills.c.parcel_id).where(
            waybills.c.carrier == carrier, waybills.c.number == number
        )
    ).scalar()
    if taken is not None:
        raise UserError(
            "number_taken",
            T("The number {number} belongs to another parcel.", number=number),
            T("Check the number; it stands on parcel {parcel}.", parcel=taken),
            ref=ref,
        )


def must_be_unknown(tx: Connection, number: str, ref: str) -> None:
    """Raises ``UserError`` (``number_taken``) when any parcel has this number, of any company."""
    taken = tx.execute(
        select(waybills.c.parcel_id, waybills.c.carrier).where(waybills.c.number == number)
    ).first()
    if taken is not None:
        must_be_free(tx, taken.carrier, number, ref)


def must_have_reason(reason: str, ref: str) -> None:
    """Raises ``UserError`` (``no_reason``)."""
    if not reason.strip():
        raise UserError(
            "no_reason", T("This needs a reason."), T("Say in a few words why."), ref=ref
        )


def _ours() -> list[str]:
    return [c.wechat for c in COMPANIES]
