"""How the sync stands, in words: the chip of a page's head and the banner over the sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.text import T, Text, ntr, tr
from app.services.orders.details import ShopState
from ui.background import SyncTrouble
from ui.pages.orders.words import ago
from ui.paint_status import Severity
from ui.widgets.banner import Notice


class SyncedShop(Protocol):
    """One shop's lane."""

    @property
    def shop_id(self) -> str: ...

    @property
    def synced_at(self) -> datetime | None: ...

    @property
    def trouble(self) -> SyncTrouble | None: ...


@dataclass(frozen=True, slots=True)
class StoredSync:
    """What the database knows of a shop's last sync."""

    shop_id: str
    synced_at: datetime | None
    trouble: SyncTrouble | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Orders that are known and not fetched yet; seconds until they are, where that is known.

    ``catching_up``: there may be more than the known ones (the first time, or after a pause).
    """

    orders: int = 0
    eta_s: float | None = None
    catching_up: bool = False

    @classmethod
    def of(cls, shops: Sequence[ShopState], lanes: Sequence[SyncedShop] = ()) -> Backlog:
        """Of all shops: they are fetched side by side, so the longest decides.

        A lane whose shop is not among them was begun a moment ago: nothing is known of it.
        """
        waits = [s.eta_s for s in shops if s.backlog and s.eta_s is not None]
        known = {s.shop for s in shops}
        behind = any(s.catching_up for s in shops) or any(x.shop_id not in known for x in lanes)
        return cls(sum(s.backlog for s in shops), max(waits, default=None), behind)

    @property
    def words(self) -> str:
        """还有 320 单没取 · 约 2 分钟."""
        said = ntr("{n} order to fetch", "{n} orders to fetch", self.orders, n=f"{self.orders:,}")
        return said if self.eta_s is None else f"{said} · {about(self.eta_s)}"


def about(seconds: float) -> str:
    """约 2 分钟."""
    if seconds < 55:
        return ntr("about {n} second", "about {n} seconds", max(5, 5 * round(seconds / 5)))
    if seconds < 5400:
        return ntr("about {n} minute", "about {n} minutes", max(1, round(seconds / 60)))
    return ntr("about {n} hour", "about {n} hours", round(seconds / 3600))


def sync_chip(
    lanes: Sequence[SyncedShop], now: datetime, backlog: Backlog | None = None
) -> tuple[Severity, str]:
    """The worst of all shops; an empty text when no shop is connected."""
    if not lanes:
        return Severity.FINE, ""
    troubles = [lane.trouble for lane in lanes if lane.trouble is not None]
    times = [lane.synced_at for lane in lanes if lane.synced_at is not None]
    oldest = min(times) if len(times) == len(lanes) else None
    if any(not trouble.offline for trouble in troubles):
        return Severity.FAILED, tr("Not synced")
    if troubles:
        last = tr("last {when}", when=ago(oldest, now)) if oldest else ""
        return Severity.PROBLEM, " · ".join(x for x in (tr("Offline"), last) if x)
    catching_up = oldest is None or (backlog is not None and backlog.catching_up)
    left = backlog.words if backlog is not None and backlog.orders else ""
    if catching_up or left:
        said = (tr("Syncing") if catching_up else "", left)
        return Severity.INFO, " · ".join(x for x in said if x)
    return Severity.FINE, tr("Synced · {when}", when=ago(oldest, now))


def offline_notice(
    lanes: Sequence[SyncedShop], titles: Mapping[str, str], waiting: int
) -> Notice | None:
    """Red when a connection needs a person, amber when the network is gone, else nothing."""
    troubles = [lane.trouble for lane in lanes if lane.trouble is not None]
    broken = next((t for t in troubles if not t.offline), None)
    if broken is not None:
        name = titles.get(broken.shop, broken.shop)
        what = T("{shop}: {what}", shop=name, what=broken.message)
        return Notice("sync", Severity.STOP, what, broken.remedy or "", T("Try again"))
    if not troubles:
        return None
    name = titles.get(troubles[0].shop, troubles[0].shop)
    if len(troubles) == len(lanes):
        what = T("{what} Packing and printing go on.", what=troubles[0].message)
    else:
        what = T("{shop}: {what}", shop=name, what=troubles[0].message)
    later: Text | str = T("It is tried again by itself; new orders come in after that.")
    if waiting:
        later = ntr(
            "Noted: {n} parcel is reported to the shop once the line is back.",
            "Noted: {n} parcels are reported to the shop once the line is back.",
            waiting,
        )
    return Notice("sync", Severity.PROBLEM, what, later, T("Sync now"))
