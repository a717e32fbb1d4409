"""What can be seen to be wrong before a carrier is asked: cheap, and the sentence is better.

``ready`` answers the booking with every text cleaned, or the refusal; ``faults`` everything wrong
with it. Nothing here knows a carrier; each one brings its ``Limits``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.carriers.problems import problem
from app.domain.address import Address, clean_address, clean_text
from app.domain.checks import Fault
from app.domain.companies import company
from app.domain.fixes import Fix
from app.domain.prefectures import CITIES_WITHOUT_DISTRICTS
from app.domain.text import T, Text
from app.domain.waybills import Booking, Goods, Problem, ProblemClass, Rejected

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,50}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one carrier takes. Lengths count characters."""

    name: int = 100
    address: int = 200
    goods_name: int = 128
    remark: int = 100
    needs_district: bool = True
    boxes: int = 1
    several_boxes_above_g: int = 0


def ready(booking: Booking, limits: Limits, default_weight_g: int = 0) -> Booking | Rejected:
    """``booking`` with clean texts, a weight and the extension in the address, or why not.

    Raises: ``ValueError`` for a key that no carrier can take; keys are ours.
    """
    if not _KEY.fullmatch(booking.key):
        raise ValueError("a booking's key holds letters, digits, _ and - only")
    cleaned = _cleaned(booking, limits, default_weight_g)
    first = next(_faults(booking, cleaned, limits), None)
    return cleaned if first is None else Rejected(first)


def faults(booking: Booking, limits: Limits, default_weight_g: int = 0) -> tuple[Fault, ...]:
    """Everything wrong with ``booking``, in the order in which ``ready`` would refuse it."""
    cleaned = _cleaned(booking, limits, default_weight_g)
    return tuple(Fault(found) for found in _faults(booking, cleaned, limits))


def _faults(booking: Booking, cleaned: Booking, limits: Limits) -> Iterator[Problem]:
    if _is_masked(booking.receiver):
        yield _fault(
            booking, ProblemClass.MASKED, "masked", T("The receiver is masked by the platform.")
        )
    else:
        yield from _receiver_faults(cleaned, limits)
    yield from _sender_faults(cleaned, limits)
    yield from _box_faults(cleaned, limits)


def _fault(
    booking: Booking,
    kind: ProblemClass,
    code: str,
    message: Text,
    remedy: Text | None = None,
    fix: Fix | None = None,
) -> Problem:
    """A refusal of ours, before anything was sent."""
    return replace(problem(booking.carrier, kind, code, message=message, remedy=remedy), fix=fix)


def split_phone(phone: str) -> tuple[str, str]:
    """``(land line, mobile)``: the one it is, the other empty."""
    return ("", phone) if _MOBILE.fullmatch(phone) else (phone, "")


def district_of(address: Address) -> str:
    """The district; in the few cities that have none, the town or the city stands in."""
    return address.district or address.street or address.city


def street_address(address: Address) -> str:
    """Everything below the district."""
    named_twice = not address.district and address.street == district_of(address)
    return address.address if named_twice else f"{address.street}{address.address}"


def _is_masked(receiver: Address) -> bool:
    return receiver.masked or any(
        "*" in part for part in (receiver.name, receiver.phone, receiver.address)
    )


def _cleaned(booking: Booking, limits: Limits, default_weight_g: int) -> Booking:
    receiver = _clean_person(booking.receiver)
    if receiver.extension:
        receiver = replace(
            receiver, address=f"{receiver.address}[{receiver.extension}]", extension=""
        )
    goods = tuple(_clean_goods(item, limits) for item in booking.goods)
    return replace(
        booking,
        sender=_clean_person(booking.sender),
        receiver=receiver,
        goods=tuple(item for item in goods if item.name),
        weight_g=booking.weight_g or default_weight_g,
        remark=_printable(booking.remark)[: limits.remark],
        order_ids=tuple(_printable(order_id) for order_id in booking.order_ids),
    )


def _clean_goods(item: Goods, limits: Limits) -> Goods:
    return replace(item, name=_printable(item.name)[: limits.goods_name])


def _clean_person(person: Address) -> Address:
    person = clean_address(person)
    return replace(
        person,
        name=_printable(person.name),
        company=_printable(person.company),
        street=_printable(person.street),
        address=_printable(person.address),
        phone=_plain_mobile(person.phone) or person.phone,
    )


def _plain_mobile(phone: str) -> str:
    """The eleven digits of a mobile however it is written; ``""`` for any other number."""
    digits = phone.replace("-", "")
    for prefix in ("0086", "86", ""):
        if _MOBILE.fullmatch(digits.removeprefix(prefix)):
            return digits.removeprefix(prefix)
    return ""


def _printable(text: str) -> str:
    """Clean text without emoji: carriers print from fonts that end with Chinese."""
    kept = "".join(
        c for c in text if not (unicodedata.category(c) in {"So", "Sk"} and ord(c) > 0xFFFF)
    )
    return clean_text(kept.replace("\ufe0f", ""))


def _receiver_faults(booking: Booking, limits: Limits) -> Iterator[Problem]:
    person = booking.receiver

    def wrong(message: Text) -> Problem:
        return _fault(booking, ProblemClass.FIX_ADDRESS, "check_address", message)

    if not person.name:
        yield wrong(T("The receiver has no name."))
    if len(person.name) > limits.name:
        yield wrong(T("The receiver's name is too long."))
    wrong_phone = _phone_fault(person.phone)
    if wrong_phone is not None:
        yield _fault(booking, ProblemClass.PHONE, "check_phone", wrong_phone)
    if not person.province or not person.city:
        yield wrong(T("The receiver's address has no province or city."))
    elif limits.needs_district and not _has_district(person):
        yield wrong(T("The receiver's address has no district."))
    if not street_address(person):
        yield wrong(T("The receiver's address has no street."))
    if len(street_address(person)) > limits.address:
        yield wrong(T("The receiver's address is too long."))


def _has_district(person: Address) -> bool:
    return bool(person.district) or person.city.removesuffix("市") in CITIES_WITHOUT_DISTRICTS


def _phone_fault(phone: str) -> Text | None:
    """What is wrong with the receiver's ``phone``, ``None`` when a carrier can take it."""
    digits = phone.replace("-", "")
    if not digits:
        return T("The receiver has no phone number.")
    if not digits.isascii() or len(phone) > 20:
        return T("The receiver's phone number is not a phone number.")
    if digits.startswith("1") and not _MOBILE.fullmatch(digits):
        if len(digits) == 10:
            return T("The receiver's phone number is one digit short.")
        if len(digits) == 12:
            return T("The receiver's phone number has one digit too many.")
        return T("The receiver's phone number is not a phone number.")
    if len(digits) < 7:
        return T("The receiver's phone number is too short.")
    return None


def _sender_faults(booking: Booking, limits: Limits) -> Iterator[Problem]:
    person = booking.sender
    complete = (
        person.name
        and len(person.name) <= limits.name
        and person.province
        and person.city
        and (not limits.needs_district or _has_district(person))
        and street_address(person)
        and len(street_address(person)) <= limits.address
    )
    remedy = T("Complete the sender in the settings.")
    if not complete:
        message = T("The sender's address is not complete.")
        yield _fault(
            booking,
            ProblemClass.FIX_ADDRESS,
            "check_sender",
            message,
            remedy,
            Fix.CHECK_ACCOUNT,
        )
    if _phone_fault(person.phone) is not None:
        message = T("The sender's phone number is not a phone number.")
        yield _fault(
            booking, ProblemClass.PHONE, "check_sender", message, remedy, Fix.CHECK_ACCOUNT
        )


def _box_faults(booking: Booking, limits: Limits) -> Iterator[Problem]:
    name = company(booking.carrier).name
    if not booking.goods or any(item.quantity < 1 for item in booking.goods):
        yield _fault(
            booking,
            ProblemClass.OTHER,
            "check_goods",
            T("The parcel has no goods with a name."),
            T("Give the goods a name and a quantity."),
        )
    if booking.weight_g <= 0:
        yield _fault(
            booking,
            ProblemClass.OTHER,
            "check_weight",
            T("The parcel has no weight."),
            T("Enter the goods' weights, or default_weight_g of the carrier account."),
        )
    if booking.box_count > limits.boxes:
        message = T("{carrier} gives at most {n} numbers for one booking.", n=limits.boxes)
        if limits.boxes == 1:
            message = T("{carrier} books every box by itself.")
        yield _fault(
            booking,
            ProblemClass.PRODUCT_OR_VAS,
            "check_boxes",
            message,
            T("Split the parcel, one box each."),
        )
    elif booking.box_count > 1 and booking.weight_g <= limits.several_boxes_above_g:
        yield _fault(
            booking,
            ProblemClass.PRODUCT_OR_VAS,
            "check_boxes",
            T(
                "{carrier} takes several boxes in one booking only above {kg} kg.",
                carrier=name,
                kg=limits.several_boxes_above_g // 1000,
            ),
            T("Split the parcel, one box each."),
        )
