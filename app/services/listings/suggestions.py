"""What each listing is on the shelf, what it might be and why, and taking the sure guesses."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from app.domain.listings import ListingStatus
from app.domain.states import HoldCode, SkuKind
from app.services import records
from app.services.stock import mapping, remapping
from app.services.workplace import Workplace
from app.store.tables import holds, listings, order_lines, orders, sku_barcodes, skus

CANDIDATES = 3
_ALIKE = 0.45  # names with less in common are no help
_WORDS = 4
_NAMES_COMPARED = 200
_SEARCHED_BY_NAME = 25  # each takes 15 ms among 20,000 items
_CHUNK = 50
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SKU that a listing might be. ``why``: ``code``, ``barcode``, ``title`` or ``similar``."""

    sku: str
    name: str
    spec: str
    why: str
    likeness: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One variant that a shop sells.

    ``by`` says how ``sku`` is known: ``hand`` (mapped), ``code`` or ``barcode`` (it follows from
    what the shop has on file), "" (nothing tells). ``blocked`` orders wait for the mapping.
    ``ambiguous``: listings with other titles have the same code.
    """

    shop: str
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku_code: str
    barcode: str
    image_url: str
    price_fen: int
    status: str
    shop_stock: int | None
    sku: str
    times: int
    by: str
    blocked: int
    ambiguous: bool
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What came of one sure guess: ``mapped`` or ``ambiguous``."""

    shop: str
    product_id: str
    sku_id: str
    title: str
    spec: str
    sku: str
    result: str


def for_listings(
    work: Workplace,
    *,
    shop: str = "",
    unmapped: bool = False,
    search: str = "",
    limit: int = 200,
) -> list[ListingRow]:
    """Listings, those that nobody has mapped first, the ones that block most orders at the top."""
    with work.db.read() as tx:
        rows = tx.execute(_query(shop=shop, unmapped=unmapped, search=search).limit(limit)).all()
        doubtful = ambiguous_codes(tx, {r.sku_code for r in rows if r.sku_code})
        found: list[ListingRow] = []
        by_name = 0
        for row in rows:
            candidates: list[Candidate] = []
            if row.sku is None:
                candidates = _same_name(tx, row)
                if len(candidates) < CANDIDATES and by_name < _SEARCHED_BY_NAME:
                    by_name += 1
                    candidates += _similar(tx, row, {c.sku for c in candidates})
            elif row.mapped_sku_id is None:
                candidates = [Candidate(row.sku, row.sku_name, row.sku_spec, _by(row), 1.0)]
            found.append(_row(row, row.sku_code in doubtful, candidates[:CANDIDATES]))
        return found


def count(work: Workplace, *, shop: str = "", unmapped: bool = False, search: str = "") -> int:
    """How many listings ``for_listings`` would find without a limit."""
    with work.db.read() as tx:
        query = _query(shop=shop, unmapped=unmapped, search=search).order_by(None).subquery()
        return tx.execute(select(func.count()).select_from(query)).scalar_one()


def accept(work: Workplace, *, shop: str = "") -> list[Accepted]:
    """Map every listing whose code or bar code belongs to exactly one SKU.

    A code that stands on listings with other titles is reported and left for a person.
    """
    found: list[Accepted] = []
    after = ""
    while True:
        with work.db.write() as tx:
            sku = mapping.resolved_sku()
            rows = tx.execute(
                select(listings, skus.c.code.label("sku"), skus.c.id.label("mapped"))
                .select_from(listings)
                .join(skus, skus.c.id == sku)
                .where(listings.c.mapped_sku_id.is_(None), listings.c.id > after)
                .where(listings.c.status != ListingStatus.GONE, _of_shop(shop))
                .order_by(listings.c.id)
                .limit(_CHUNK)
            ).all()
            if not rows:
                break
            after = rows[-1].id
            doubtful = ambiguous_codes(tx, {r.sku_code for r in rows if r.sku_code})
            for row in rows:
                result = "ambiguous" if row.sku_code in doubtful else "mapped"
                if result == "mapped":
                    tx.execute(
                        update(listings)
                        .where(listings.c.id == row.id, listings.c.mapped_sku_id.is_(None))
                        .values(mapped_sku_id=row.mapped, factor=1)
                    )
                found.append(
                    Accepted(
                        row.shop_id,
                        row.product_id,
                        row.sku_id,
                        row.title,
                        row.spec,
                        row.sku,
                        result,
                    )
                )
            mapped = sum(a.result == "mapped" for a in found[-len(rows) :])
            if mapped:
                records.note(tx, work, "listings_accepted", detail={"listings": mapped})
    if any(a.result == "mapped" for a in found):
        remapping.remap_open_orders(work)
        work.changed("listings")
    return found


def ambiguous_codes(tx: Connection, codes: Collection[str]) -> set[str]:
    """Those of ``codes`` that stand on listings which are not the same goods.

    That is: under different titles, on two variants of one product, or that of packing material.
    """
    if not codes:
        return set()
    product = listings.c.shop_id + "/" + listings.c.product_id
    return set(
        tx.execute(
            select(listings.c.sku_code)
            .where(listings.c.sku_code.in_(list(codes)), listings.c.status != ListingStatus.GONE)
            .group_by(listings.c.sku_code)
            .having(
                or_(
                    func.count(listings.c.title.distinct()) > 1,
                    func.count() > func.count(product.distinct()),
                )
            )
        ).scalars()
    ) | set(
        tx.execute(
            select(skus.c.code).where(skus.c.code.in_(list(codes)), skus.c.kind == SkuKind.PACKING)
        ).scalars()
    )


def _query(*, shop: str, unmapped: bool, search: str) -> Any:
    blocked = (
        select(
            orders.c.shop_id,
            order_lines.c.product_id,
            order_lines.c.sku_id,
            func.count(order_lines.c.order_id.distinct()).label("n"),
        )
        .join(holds, holds.c.order_line_id == order_lines.c.id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(holds.c.code == HoldCode.UNMAPPED, holds.c.cleared_at.is_(None))
        .group_by(orders.c.shop_id, order_lines.c.product_id, order_lines.c.sku_id)
        .subquery()
    )
    waiting = func.coalesce(blocked.c.n, 0)
    query = (
        select(
            listings,
            skus.c.code.label("sku"),
            skus.c.name.label("sku_name"),
            skus.c.spec.label("sku_spec"),
            waiting.label("blocked"),
            mapping.sku_of_code().label("of_code"),
        )
        .select_from(listings)
        .outerjoin(skus, skus.c.id == mapping.resolved_sku())
        .outerjoin(
            blocked,
            and_(
                blocked.c.shop_id == listings.c.shop_id,
                blocked.c.product_id == listings.c.product_id,
                blocked.c.sku_id == listings.c.sku_id,
            ),
        )
        .where(_of_shop(shop))
        .order_by(
            skus.c.id.is_not(None),
            listings.c.mapped_sku_id.is_not(None),
            waiting.desc(),
            listings.c.title,
            listings.c.spec,
            listings.c.id,
        )
    )
    if unmapped:
        # What is gone from the shop needs no mapping, unless an order still waits for it.
        query = query.where(
            skus.c.id.is_(None), or_(listings.c.status != ListingStatus.GONE, waiting > 0)
        )
    if search:
        query = query.where(
            or_(
                *(
                    column.icontains(search, autoescape=True)
                    for column in (
                        listings.c.title,
                        listings.c.spec,
                        listings.c.sku_code,
                        listings.c.barcode,
                        listings.c.product_id,
                        listings.c.sku_id,
                    )
                )
            )
        )
    return query


def _of_shop(shop: str) -> ColumnElement[bool]:
    return listings.c.shop_id == shop if shop else listings.c.shop_id != ""


def _by(row: Any) -> str:
    if row.sku is None:
        return ""
    if row.mapped_sku_id is not None:
        return "hand"
    return "code" if row.of_code is not None else "barcode"


def _row(row: Any, ambiguous: bool, candidates: Sequence[Candidate]) -> ListingRow:
    return ListingRow(
        row.shop_id,
        row.product_id,
        row.sku_id,
        row.title,
        row.spec,
        row.sku_code,
        row.barcode,
        row.image_url,
        row.price_fen,
        row.status,
        row.shop_stock,
        row.sku or "",
        row.factor if row.mapped_sku_id is not None else 1,
        _by(row),
        row.blocked,
        ambiguous,
        tuple(candidates),
    )


def _same_name(tx: Connection, row: Any) -> list[Candidate]:
    """SKUs that share a bar code with others, or are called like the listing."""
    several = select(sku_barcodes.c.sku_id).where(
        sku_barcodes.c.barcode.in_([c for c in (row.barcode, row.sku_code) if c])
    )
    shared = tx.execute(select(skus).where(skus.c.id.in_(several)).limit(CANDIDATES)).all()
    named = tx.execute(
        select(skus)
        .where(skus.c.name == row.title, skus.c.spec == row.spec, row.title != "")
        .limit(CANDIDATES)
    ).all()
    found = {r.code: Candidate(r.code, r.name, r.spec, "title", 1.0) for r in named}
    found |= {r.code: Candidate(r.code, r.name, r.spec, "barcode", 1.0) for r in shared}
    return list(found.values())


def _similar(tx: Connection, row: Any, known: set[str]) -> list[Candidate]:
    """SKUs whose names have the most in common with the listing's title and spec."""
    words = _telling(row.title)
    if not words:
        return []
    rows = tx.execute(
        select(skus.c.code, skus.c.name, skus.c.spec)
        .where(or_(*(skus.c.name.contains(word, autoescape=True) for word in words)))
        .order_by(skus.c.code)
        .limit(_NAMES_COMPARED)
    ).all()
    text = _plain(f"{row.title}{row.spec}")
    scored = sorted(
        ((_likeness(text, _plain(f"{r.name}{r.spec}")), r) for r in rows if r.code not in known),
        key=lambda pair: (-pair[0], pair[1].code),
    )
    return [
        Candidate(r.code, r.name, r.spec, "similar", round(score, 2))
        for score, r in scored[:CANDIDATES]
        if score >= _ALIKE
    ]


def _plain(text: str) -> str:
    return _NOT_WORDS.sub("", text).lower()


def _likeness(listing: str, sku: str) -> float:
    """How much of the shorter text is found in the longer: shops decorate their titles."""
    if not listing or not sku:
        return 0.0
    same = sum(
        b.size for b in SequenceMatcher(None, listing, sku, autojunk=False).get_matching_blocks()
    )
    return same / min(len(listing), len(sku))


def _telling(title: str) -> list[str]:
    """A few pieces of a title to look for: Chinese has no spaces, so pairs of characters do."""
    parts = [part for part in _NOT_WORDS.split(title) if len(part) > 1]
    pairs = [
        part if part.isascii() else part[n : n + 2]
        for part in parts
        for n in range(1 if part.isascii() else len(part) - 1)
    ]
    unique = list(dict.fromkeys(pairs))
    step = max(1, len(unique) // _WORDS)
    return unique[::step][:_WORDS]
