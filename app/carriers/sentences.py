"""What happens with every carrier, said once.

``carrier`` is our company code, or what to call the carrier where that says too little.
"""

from __future__ import annotations

from app.domain.companies import company
from app.domain.text import T, Text


def called(carrier: str | Text) -> Text:
    """The name of a carrier as it stands in sentences."""
    return company(carrier).name if isinstance(carrier, str) else carrier


def may_be_booked(carrier: str | Text, code: str) -> Text:
    return T(
        "{carrier} answered {code}: the booking may have been made.",
        carrier=called(carrier),
        code=code,
    )


def says(carrier: str | Text, said: str) -> Text:
    return T("{carrier} says: {said}", carrier=called(carrier), said=said)


def without_number(carrier: str | Text) -> Text:
    return T("{carrier} accepted the booking but gave no number.", carrier=called(carrier))


def of_another_order(carrier: str | Text) -> Text:
    return T("The answer of {carrier} is about another order.", carrier=called(carrier))


def known_already(carrier: str | Text) -> Text:
    return T("{carrier} already has an order with this number.", carrier=called(carrier))


def number_not_told(carrier: str | Text) -> Text:
    return T(
        "{carrier} has the order but does not say its number: ask the site.",
        carrier=called(carrier),
    )


def cannot_be_asked(carrier: str | Text) -> Text:
    return T(
        "{carrier} cannot be asked for a lost booking: ask the site, or accept one lost number.",
        carrier=called(carrier),
    )


def no_route_yet(carrier: str | Text) -> Text:
    return T(
        "{carrier} has given the number but no route for the label yet: do not print it.",
        carrier=called(carrier),
    )


def accepts(carrier: str | Text) -> Text:
    return T("{carrier} accepts the account.", carrier=called(carrier))


def accepts_with(carrier: str | Text, left: int) -> Text:
    return T("{carrier} accepts the account: {n} numbers left.", carrier=called(carrier), n=left)
