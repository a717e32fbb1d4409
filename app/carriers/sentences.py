"""What happens with every carrier, said once. ``carrier`` is our company code."""

from __future__ import annotations

from app.domain.companies import company
from app.domain.text import T, Text


def may_be_booked(carrier: str, code: str) -> Text:
    return T(
        "{carrier} answered {code}: the booking may have been made.",
        carrier=_name(carrier),
        code=code,
    )


def says(carrier: str, said: str) -> Text:
    return T("{carrier} says: {said}", carrier=_name(carrier), said=said)


def without_number(carrier: str) -> Text:
    return T("{carrier} accepted the booking but gave no number.", carrier=_name(carrier))


def of_another_order(carrier: str) -> Text:
    return T("The answer of {carrier} is about another order.", carrier=_name(carrier))


def known_already(carrier: str) -> Text:
    return T("{carrier} already has an order with this number.", carrier=_name(carrier))


def number_not_told(carrier: str) -> Text:
    return T(
        "{carrier} has the order but does not say its number: ask the site.", carrier=_name(carrier)
    )


def cannot_be_asked(carrier: str) -> Text:
    return T(
        "{carrier} cannot be asked for a lost booking: ask the site, or accept one lost number.",
        carrier=_name(carrier),
    )


def no_route_yet(carrier: str) -> Text:
    return T(
        "{carrier} has given the number but no route for the label yet: do not print it.",
        carrier=_name(carrier),
    )


def accepts(carrier: str) -> Text:
    return T("{carrier} accepts the account.", carrier=_name(carrier))


def _name(carrier: str) -> Text:
    return company(carrier).name
