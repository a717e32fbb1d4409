"""Taking a shop's figure as counted here, on a person's word: the other way of reconciling.

Only where one listing is one piece of one item and nobody else sells that item: otherwise the
shop's figure does not say what lies on the shelf. Each one is a ``COUNT`` in the ledger and an
entry in the audit trail. The shop is read first, and our own figures after it in the transaction
that books: an order that comes meanwhile is still missing in both.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import Connection, func, select

from app.domain.errors import UserError
from app.domain.states import MoveKind
from app.domain.text import T
from app.jobs import CancelToken, Progress, ignore_progress
from app.services import records
from app.services.stock import composition, ledger, mapping, stock_push, stock_wanted
from app.services.stock.going_on import let_go_on
from app.services.stock.stock_push import PushRow
from app.services.stock.stock_wanted import NOT_PUSHED, ShopRules, WantedStock
from app.services.workplace import Workplace
from app.store.tables import listings, shops, skus, stock_moves

REASON = "shop's figure"


class Advice(StrEnum):
    """Which way makes the shop and the shelf agree."""

    TELL = "tell"  # ours is counted: overwrite the shop's figure
    TAKE = "take"  # nobody ever counted it here: the shop's figure is all that is known


def advice(tx: Connection, item: WantedStock) -> Advice:
    """Which way is advised for a listing whose figures differ."""
    if not _is_one_to_one(tx, item):
        return Advice.TELL
    counted = tx.execute(
        select(stock_moves.c.id)
        .where(stock_moves.c.sku_id == item.resolved, stock_moves.c.on_hand_delta != 0)
        .limit(1)
    ).first()
    return Advice.TAKE if counted is None else Advice.TELL


def take_shop(
    work: Workplace,
    shop_id: str,
    wanted: Collection[str],
    *,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[PushRow]:
    """Count the items of these listings so that the shop's figures are right.

    ``wanted``: our ids of listings, or ``product/variant`` of the shop. Bring the shop's orders in
    first: one that is not here yet would be taken off twice. A row says ``done``, ``same``,
    ``refused`` (not one to one, or the shelf would hold less than nothing) or ``later``. Raises
    ``UserError`` (``no_such_listing``) and ``RetryableError`` when the shop cannot be asked.
    """
    with work.db.read() as tx:
        ids = [_find(tx, shop_id, name) for name in dict.fromkeys(wanted)]
        rules = stock_wanted.rules_of(tx, shop_id)

    def decide(tx: Connection, item: WantedStock, has: int, is_busy: bool) -> PushRow:
        if is_busy:
            return stock_push.busy(stock_push.row_of(item, has, "later"))
        return _take(tx, work, rules, item, has)

    found: list[PushRow] = []
    for listing_id in ids:  # one item a transaction: nobody waits for a second one
        found += stock_push.compare(
            work, shop_id, decide, listing_ids=[listing_id], progress=progress, cancel=cancel
        )
    if any(row.result == "done" for row in found):
        with work.db.write() as tx:
            let_go_on(tx, work)
        work.changed("stock", "orders", "parcels", "listings")
    return found


def _take(
    tx: Connection, work: Workplace, rules: ShopRules, item: WantedStock, has: int
) -> PushRow:
    if not _is_one_to_one(tx, item):
        return replace(
            stock_push.row_of(item, has, "refused", "not_one_to_one"),
            message=T(
                "The shop's figure does not say how many pieces of {sku} there are.", sku=item.sku
            ),
            remedy=T("Count the item, then overwrite the shop's figure."),
        )
    ledger.ensure_balance(tx, item.resolved)
    ledger.lock(tx, [item.resolved])
    (item,) = stock_wanted.wanted(tx, item.shop, [item.listing_id])  # as it is at this moment
    if item.wanted == has:
        return stock_push.row_of(item, has, "same")
    delta = _free_for(rules, has) - item.here
    move = ledger.Move(
        item.resolved,
        MoveKind.COUNT,
        on_hand=delta,
        reference=f"{item.product_id}/{item.sku_id}",
        reason=REASON,
        operation=work.key(),
    )
    if not ledger.post(tx, work, move):
        return replace(
            stock_push.row_of(item, has, "refused", "stock_negative"),
            message=T("The shelf would hold less than nothing of {sku}.", sku=item.sku),
            remedy=T("Count the item first."),
        )
    records.note(
        tx,
        work,
        "stock_taken",
        detail={
            "shop": item.shop,
            "product": item.product_id,
            "variant": item.sku_id,
            "sku": item.sku,
            "shop_stock": has,
            "by": delta,
        },
    )
    return stock_push.row_of(replace(item, wanted=has, here=item.here + delta), has, "done")


def _free_for(rules: ShopRules, has: int) -> int:
    """The fewest free pieces of which the shop would be told ``has``."""
    free = has
    while free - rules.kept_back(free) < has:
        free += max(1, has - (free - rules.kept_back(free)))
    return free


def _is_one_to_one(tx: Connection, item: WantedStock) -> bool:
    """One piece of the listing is one of the item, and nothing else is sold of it."""
    if item.factor != 1 or composition.parts_of(tx, [item.resolved]):
        return False
    if composition.made_with(tx, [item.resolved]):
        return False
    sellers = (
        select(func.count())
        .select_from(listings)
        .join(skus, skus.c.id == mapping.resolved_sku())
        .join(shops, shops.c.id == listings.c.shop_id)
        .where(
            skus.c.id == item.resolved,
            shops.c.active | (shops.c.id == item.shop),
            listings.c.status.not_in(NOT_PUSHED),
        )
    )
    return tx.execute(sellers).scalar_one() == 1


def _find(tx: Connection, shop_id: str, name: str) -> str:
    product, _, variant = name.partition("/")
    found = tx.execute(
        select(listings.c.id).where(
            listings.c.shop_id == shop_id,
            (listings.c.id == name)
            | ((listings.c.product_id == product) & (listings.c.sku_id == variant)),
        )
    ).scalar()
    if found is None:
        raise UserError(
            "no_such_listing",
            T("The shop has no listing {listing}.", listing=name),
            T("Copy it from: stock reconcile"),
            ref=name,
        )
    return str(found)
