"""Putting a product on sale and taking it off (上架, 下架), and what the shop then shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain.errors import PackbenchError
from app.domain.listings import ListingStatus
from app.domain.text import T, Text
from app.ports import Reported, ReportLater, ReportRefused, ReportUnclear
from app.services import read_only, records
from app.services.listings import by_hand, pulling
from app.services.workplace import Workplace
from app.store.tables import listings


@dataclass(frozen=True, slots=True)
class ShelfResult:
    """What came of it: ``done``, ``review`` (taken, the shop looks first), ``refused``, ``later``.

    ``status`` is what the shop shows now, "" when it could not be asked.
    """

    shop: str
    product_id: str
    title: str
    status: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"done", "review"}


def put(work: Workplace, product_id: str, *, on: bool, shop: str = "") -> ShelfResult:
    """Put the product on sale, or take it off; the shop is asked afterwards what it made of it.

    Doing it twice does no harm, so a lost answer is settled by looking.

    Raises ``UserError``: unknown product, several shops have it, or ``shop_read_only``.
    """
    shop_id = by_hand.shop_of(work, product_id, shop=shop)
    read_only.refuse(work, shop_id)
    goods = work.outside.shop(shop_id).goods
    with work.db.write() as tx:
        detail = {"shop": shop_id, "product": product_id}
        records.note(tx, work, "listing_on" if on else "listing_off", detail=detail)
    outcome = goods.put_on_sale(product_id, on=on)
    status = _look(work, shop_id, product_id)
    title = _title(work, shop_id, product_id)

    def told(result: str, code: str = "", *words: Text) -> ShelfResult:
        message, remedy = words or (None, None)
        return ShelfResult(shop_id, product_id, title, status, result, code, message, remedy)

    wanted = ListingStatus.ON_SALE if on else ListingStatus.OFF
    match outcome:
        case Reported():
            return told("review" if on and status not in {"", wanted} else "done")
        case ReportRefused(problem=problem):
            if status == wanted:  # it stands there already
                return told("done")
            return told("refused", problem.code, problem.message, problem.remedy)
        case ReportUnclear(reason=reason) | ReportLater(reason=reason):
            if status == wanted:
                return told("done")
            return told("later", "later", reason, T("Try again; doing it twice does no harm."))


def _look(work: Workplace, shop_id: str, product_id: str) -> str:
    """The product's status as the shop shows it now; it is stored as well."""
    try:
        found = work.outside.shop(shop_id).goods.listing(product_id)
    except PackbenchError as error:
        work.log.info("product %s could not be read again: %s", product_id, error.code)
        return ""
    pulling.store_one(work, shop_id, found)
    work.changed("listings")
    return found.status


def _title(work: Workplace, shop_id: str, product_id: str) -> str:
    with work.db.read() as tx:
        return (
            tx.execute(
                select(listings.c.title)
                .where(listings.c.shop_id == shop_id, listings.c.product_id == product_id)
                .limit(1)
            ).scalar()
            or ""
        )
