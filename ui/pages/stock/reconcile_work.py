"""What the tab 对账 asks of the services, off the main thread."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.jobs import CancelToken, Progress
from app.services.orders import details
from app.services.orders.details import ShopState
from app.services.stock import stock_reconciling, stock_taking
from app.services.stock.stock_push import PushRow
from app.services.sync import syncing
from app.services.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Compared:
    """One shop's differences. ``unmapped``: listings that could not be compared."""

    shop: str
    rows: tuple[PushRow, ...]
    unmapped: int


def shops(work: Workplace) -> tuple[ShopState, ...]:
    """The active shops in their order."""
    return tuple(details.shop_states(work))


def compare(work: Workplace, shop: str, progress: Progress, cancel: CancelToken) -> Compared:
    """Read the shop's figures and lay ours beside them. Nothing changes."""
    rows = stock_reconciling.differences(work, shop, progress=progress, cancel=cancel)
    return Compared(shop, tuple(rows), stock_reconciling.unmapped(work, shop))


def tell(
    work: Workplace, shop: str, wanted: Collection[str], progress: Progress, cancel: CancelToken
) -> list[PushRow]:
    """以本地为准: the shop gets our figures for these listings."""
    return stock_reconciling.overwrite(
        work, shop, listing_ids=wanted, progress=progress, cancel=cancel
    )


def take(
    work: Workplace, shop: str, wanted: Collection[str], progress: Progress, cancel: CancelToken
) -> list[PushRow]:
    """以店铺为准: our items are counted as the shop says.

    What was sold already must be here before its figure is believed, so its orders come first.
    """
    syncing.sync_shop(work, shop, cancel=cancel)
    cancel.check()
    return stock_taking.take_shop(work, shop, wanted, progress=progress, cancel=cancel)
