"""The goods of the demo warehouse, and what its two shops sell.

Both lists are tables in ``resources/demo``; bar codes are EAN-13 with an invented company number.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

DEMO_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "demo"
STOCK_COLUMNS = ("sku", "barcode", "name", "spec", "quantity", "bin", "weight_g")


@dataclass(frozen=True, slots=True)
class Goods:
    """One SKU of the warehouse. SKUs with the same ``product`` are variants of one another."""

    sku: str
    product: str
    name: str
    spec: str
    short_name: str  # for pick lists and small screens
    family: str  # which drawing its picture is
    barcode: str
    bin: str
    weight_g: int  # of one piece as it is packed
    price_fen: int
    on_hand: int  # what the first count finds

    @property
    def picture(self) -> str:
        """The file name of its picture."""
        return f"{self.sku}.png"


class ListingKind(StrEnum):
    """What a listing asks of the warehouse."""

    GOODS = "goods"  # its code is a SKU, one piece
    GIFT = "gift"  # the same, and it comes free with something else
    PRESALE = "presale"  # the same, sold before it can be sent
    MAPPED = "mapped"  # several pieces or SKUs: only the listing's mapping tells
    UNMAPPED = "unmapped"  # nobody has said yet what it is
    VIRTUAL = "virtual"  # nothing to send


@dataclass(frozen=True, slots=True)
class Listing:
    """What one shop sells under one product and SKU id of its own."""

    shop: str
    product_id: str
    sku_id: str
    title: str
    attributes: tuple[tuple[str, str], ...]
    sku_code: str
    price_fen: int
    contents: tuple[tuple[str, int], ...]  # SKU and pieces in one piece of the listing
    kind: ListingKind
    picture: str  # file name

    @property
    def spec(self) -> str:
        """The chosen attributes as a shop shows them: ``月白 200ml``."""
        return " ".join(value for _, value in self.attributes)


def load_goods(folder: Path = DEMO_FOLDER) -> tuple[Goods, ...]:
    """Every SKU of the demo warehouse, in the order of the bins' zones."""
    return tuple(
        Goods(
            sku=row["sku"],
            product=row["product"],
            name=row["name"],
            spec=row["spec"],
            short_name=row["short_name"],
            family=row["family"],
            barcode=row["barcode"],
            bin=row["bin"],
            weight_g=int(row["weight_g"]),
            price_fen=int(row["price_fen"]),
            on_hand=int(row["on_hand"]),
        )
        for row in _rows(folder / "goods.csv")
    )


def load_listings(folder: Path = DEMO_FOLDER) -> tuple[Listing, ...]:
    """Every listing of both shops; SKUs of one product share ``product_id``."""
    return tuple(
        Listing(
            shop=row["shop"],
            product_id=row["product_id"],
            sku_id=row["sku_id"],
            title=row["title"],
            attributes=tuple(_pair(part) for part in row["attributes"].split(";")),
            sku_code=row["sku_code"],
            price_fen=int(row["price_fen"]),
            contents=tuple(_contents(row["contents"])),
            kind=ListingKind(row["kind"]),
            picture=row["picture"],
        )
        for row in _rows(folder / "listings.csv")
    )


def check_digit(first_twelve: str) -> str:
    """The thirteenth digit of an EAN-13 (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(first_twelve))
    return str(-total % 10)


def write_stock_list(goods: tuple[Goods, ...], path: Path) -> None:
    """Write ``goods`` as the CSV file that ``stock import`` reads (UTF-8 with a mark for Excel)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(STOCK_COLUMNS)
        for row in stock_rows(goods):
            writer.writerow([row[column] for column in STOCK_COLUMNS])


def stock_rows(goods: tuple[Goods, ...], folder: Path = DEMO_FOLDER) -> list[dict[str, str]]:
    """``goods`` as rows of a stock list, with the product, short name and picture file as well."""
    names: dict[str, str] = {}
    for g in goods:
        names[g.product] = min(names.get(g.product, g.name), g.name, key=len)
    return [
        {
            "sku": g.sku,
            "barcode": g.barcode,
            "name": g.name,
            "spec": g.spec,
            "quantity": str(g.on_hand),
            "bin": g.bin,
            "weight_g": str(g.weight_g),
            "product": names[g.product],
            "short_name": g.short_name,
            "picture": str(folder / "pictures" / g.picture),
        }
        for g in goods
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _contents(text: str) -> Iterator[tuple[str, int]]:
    for part in text.split():
        sku, _, pieces = part.partition("*")
        yield sku, int(pieces)
