"""What a parcel will cost by the merchant's own price tables. Money in fen, weights in g."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.regions import same_region


@dataclass(frozen=True, slots=True)
class Zone:
    """One price. It holds above ``min_weight_g`` and up to ``max_weight_g``, which is included.

    A zone without provinces and cities is the rest: every place that no other zone names.
    """

    name: str
    first_g: int
    first_fen: int
    further_g: int = 0  # 0: one price, whatever the weight
    further_fen: int = 0
    provinces: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    per_parcel_fen: int = 0  # on top of each parcel: packing, label, insurance
    min_weight_g: int = 0
    max_weight_g: int | None = None

    @property
    def is_rest(self) -> bool:
        return not self.provinces and not self.cities


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The prices of one account, or of a whole company where ``account`` is its code."""

    name: str
    account: str
    zones: tuple[Zone, ...]
    volume_divisor: int = 0  # cm³ for a kg; 0: the volume does not count
    packaging_g: int = 0  # added to the weight of the goods until the parcel is weighed
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """An estimate: the fee, the zone it comes from and the weight that is paid for."""

    fen: int
    zone: str
    charged_g: int


def estimate(
    table: PriceTable, province: str, city: str, weight_g: int, volume_cm3: int = 0
) -> Fee | None:
    """What ``table`` charges for a parcel to that place; ``None`` where no zone fits.

    ``weight_g`` is that of the parcel with its packing. A zone that names the city goes before one
    that names the province, and that before the rest. In a zone more weight never costs less.
    """
    charged = max(1, weight_g, _volume_weight(table, volume_cm3))
    zone = _zone(table.zones, province, city, charged)
    return None if zone is None else Fee(price(zone, charged), zone.name, charged)


def price(zone: Zone, weight_g: int) -> int:
    """The fee of a zone in fen: the first weight, then every begun step of the further weight."""
    over = max(0, weight_g - zone.first_g)
    steps = -(-over // zone.further_g) if zone.further_g else 0
    return zone.first_fen + steps * zone.further_fen + zone.per_parcel_fen


def in_force(
    tables: Iterable[PriceTable], account: str, company: str, day: date
) -> PriceTable | None:
    """The table that counts on ``day``: the account's own before the company's, the latest first.

    Among equals the first one in the order given.
    """
    found = [t for t in tables if t.valid_from is None or t.valid_from <= day]
    for wanted in (account, company):
        named = [t for t in found if wanted and t.account == wanted]
        if named:
            return max(named, key=lambda t: t.valid_from or date.min)
    return None


def as_record(table: PriceTable) -> dict[str, Any]:
    """The table as plain values for a database column; ``from_record`` reads it."""
    return {
        "volume_divisor": table.volume_divisor,
        "packaging_g": table.packaging_g,
        "valid_from": table.valid_from.isoformat() if table.valid_from else "",
        "zones": [zone_record(zone) for zone in table.zones],
    }


def zone_record(zone: Zone) -> dict[str, Any]:
    """One zone as plain values, what it does not say left out."""
    values: dict[str, Any] = {
        "name": zone.name,
        "provinces": list(zone.provinces),
        "cities": list(zone.cities),
        "first_g": zone.first_g,
        "first_fen": zone.first_fen,
        "further_g": zone.further_g,
        "further_fen": zone.further_fen,
        "per_parcel_fen": zone.per_parcel_fen,
        "min_weight_g": zone.min_weight_g,
        "max_weight_g": zone.max_weight_g,
    }
    always = {"name", "first_g", "first_fen"}
    return {k: v for k, v in values.items() if k in always or v}


def from_record(name: str, account: str, record: Mapping[str, Any]) -> PriceTable:
    """The table that ``as_record`` wrote."""
    return PriceTable(
        name=name,
        account=account,
        zones=tuple(
            Zone(
                **{
                    **zone,
                    "provinces": tuple(zone.get("provinces", ())),
                    "cities": tuple(zone.get("cities", ())),
                }
            )
            for zone in record["zones"]
        ),
        volume_divisor=record["volume_divisor"],
        packaging_g=record["packaging_g"],
        valid_from=date.fromisoformat(record["valid_from"]) if record["valid_from"] else None,
    )


def _volume_weight(table: PriceTable, volume_cm3: int) -> int:
    """The volume as a weight in g, rounded up; 0 where it does not count."""
    if table.volume_divisor <= 0 or volume_cm3 <= 0:
        return 0
    return -(-volume_cm3 * 1000 // table.volume_divisor)


def _zone(zones: Sequence[Zone], province: str, city: str, weight_g: int) -> Zone | None:
    fitting = [z for z in zones if _takes(z, weight_g)]
    by_city = (z for z in fitting if any(same_region(city, c) for c in z.cities))
    by_province = (z for z in fitting if any(same_region(province, p) for p in z.provinces))
    rest = (z for z in fitting if z.is_rest)
    return next(by_city, None) or next(by_province, None) or next(rest, None)


def _takes(zone: Zone, weight_g: int) -> bool:
    if zone.max_weight_g is not None and weight_g > zone.max_weight_g:
        return False
    return weight_g > zone.min_weight_g
