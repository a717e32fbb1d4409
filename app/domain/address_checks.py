"""What an address says about itself: contradictions, gaps, characters nobody can print.

Nothing here knows a carrier and nothing here is certain: every flaw is a warning for a person.
A parcel with flaws may still be sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.address import Address
from app.domain.prefectures import CITIES, CITIES_WITHOUT_DISTRICTS
from app.domain.regions import PROVINCES, place_of, province_name, same_region
from app.domain.text import T, Text
from app.domain.waybills import ProblemClass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to look at. ``code`` names it for programs."""

    kind: ProblemClass
    code: str
    message: Text
    remedy: Text


_LOOK = T("Look at the address and correct it if it is wrong.")
_ASK_BUYER = T("Ask the buyer for the house number, or send it as it is.")


def flaws(address: Address) -> tuple[Flaw, ...]:
    """Everything that is odd about ``address``; of a masked one only what can be seen."""
    found = [*_region(address)]
    if not address.masked:
        found += [*_text(address), *_characters(address)]
    return tuple(found)


def _region(address: Address) -> Iterator[Flaw]:
    where = place_of(address)
    if where.province and where.province not in PROVINCES:
        yield _flaw(
            "unknown_province",
            T("There is no province “{province}”.", province=where.province),
        )
        return
    cities = CITIES.get(where.province, ())
    if where.city and cities and not any(same_region(where.city, stem) for stem in cities):
        home = next(
            (p for p, known in CITIES.items() if any(same_region(where.city, c) for c in known)), ""
        )
        if home:
            message = T(
                "{city} lies in {home}, not in {province}.",
                city=where.city,
                home=home,
                province=where.province,
            )
        else:
            message = T(
                "{province} has no city “{city}”.", province=where.province, city=where.city
            )
        yield _flaw("city_of_another_province", message)
    if where.district and where.district == where.city and not _alone(where.city):
        yield _flaw(
            "district_is_city",
            T("The district is the city once more: {city}.", city=where.city),
        )


def _alone(city: str) -> bool:
    return any(same_region(city, stem) for stem in CITIES_WITHOUT_DISTRICTS)


def _text(address: Address) -> Iterator[Flaw]:
    text = f"{address.street}{address.address}".strip()
    if not text:
        return
    here = place_of(address)
    named = _region_named_in(address.address.strip())
    if named and here.province and named != here.province:
        yield _flaw(
            "two_regions",
            T(
                "The address text names {other}, the region is {province}.",
                other=named,
                province=here.province,
            ),
        )
    elif here.city and text.count(here.city) and text.count(here.district or here.city) > 1:
        yield _flaw("twice", T("The address stands in the text twice."))
    if not _HOUSE.search(text):
        yield Flaw(
            ProblemClass.FIX_ADDRESS,
            "no_house_number",
            T("The address has no house number."),
            _ASK_BUYER,
        )


def _characters(address: Address) -> Iterator[Flaw]:
    parts = (address.name, address.street, address.address)
    if any(_is_hidden(char) for part in parts for char in part):
        yield _flaw(
            "hidden_characters",
            T("Name or address hold invisible characters; they are left out."),
        )
    if any(_is_picture(char) for part in parts for char in part):
        yield _flaw("pictures", T("Name or address hold emoji; they are left out."))


def _flaw(code: str, message: Text) -> Flaw:
    return Flaw(ProblemClass.FIX_ADDRESS, code, message, _LOOK)


def _region_named_in(text: str) -> str:
    """The province that the text begins with, under its full name."""
    found = _PROVINCE_FIRST.match(text)
    return province_name(found[1]) if found is not None else ""


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) in {"So", "Sk"} and ord(char) > _LAST_PLAIN


_LAST_PLAIN = 0xFFFF
# A province counts only with its ending or before a city: 北京路 and 河南大道 are streets.
_PROVINCE_FIRST = re.compile("(" + "|".join(re.escape(p) for p in PROVINCES) + ")")
_HOUSE = re.compile(
    "[0-9０-９]|[一二三四五六七八九十百〇零]+[号栋幢座楼层室单组队村]|"
    "[村组屯寨队]|驿站|超市|学校|小学|中学|大学|医院|公司|工厂|大厦|广场|酒店|宾馆|"
    "政府|派出所|营业厅|代收|自提|门卫|传达室|商店|药店|便利店|[A-Za-z]+[座栋幢]"
)
