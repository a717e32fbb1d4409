"""What the list of parcels on their way shows: its tabs, and the filters of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.text import T, Text
from app.domain.track_words import STAGE_WORDS
from app.domain.tracking import TrackStage
from app.services.tracking.views import TrackFilter

FREIGHT = "freight"
# Key of ``TrackFilter.tab`` and the words of the tab; the last one is about bills.
TABS: tuple[tuple[str, Text], ...] = (
    ("all", T("All")),
    ("trouble", T("In trouble")),
    ("on_the_way", STAGE_WORDS[TrackStage.IN_TRANSIT]),
    ("delivered", STAGE_WORDS[TrackStage.DELIVERED]),
    (FREIGHT, T("Freight bills")),
)
DAYS = (3, 7, 15, 30)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class TabFilter:
    """The chips of one tab. ``days``: shipped within so many days, ``None`` for ever.

    ``accepted``: bills show what somebody has accepted too.
    """

    carriers: tuple[str, ...] = ()
    days: int | None = None
    accepted: bool = False


# What is in trouble or on its way counts however long ago it left.
_FIRST = {"all": TabFilter(days=_WEEK), "delivered": TabFilter(days=_WEEK)}


@dataclass(slots=True)
class TrackViews:
    """The tab that is shown, the filters of every tab, and the search over all of them."""

    tab: str = "all"
    search: str = ""
    filters: dict[str, TabFilter] = field(default_factory=dict)

    def of(self, tab: str) -> TabFilter:
        """The filters of a tab."""
        return self.filters.get(tab) or _FIRST.get(tab) or TabFilter()

    @property
    def current(self) -> TabFilter:
        return self.of(self.tab)

    def change(self, changed: TabFilter) -> None:
        """Filter the current tab otherwise."""
        self.filters[self.tab] = changed

    def toggle_carrier(self, code: str) -> None:
        """Add a company to the chip or take it away; of bills only one is shown, or all."""
        known = self.current.carriers
        others = () if self.tab == FREIGHT else tuple(c for c in known if c != code)
        codes = others if code in known else (*others, code)
        self.change(replace(self.current, carriers=codes))

    def clear(self) -> None:
        """No chip and no search."""
        self.change(TabFilter())
        self.search = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab hides parcels."""
        now = self.current
        return bool(now.carriers or now.days or self.search.strip())

    def wanted(self, tab: str = "") -> TrackFilter:
        """The question to the service, of the current tab or another."""
        tab = tab or self.tab
        now = self.of(tab)
        return TrackFilter(tab, now.carriers, now.days, self.search)

    def as_record(self) -> dict[str, object]:
        """Plain values to be remembered; the search is not."""
        return {
            "tab": self.tab,
            "filters": {
                tab: {"carriers": list(f.carriers), "days": f.days}
                for tab, f in self.filters.items()
            },
        }

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> TrackViews:
        """What ``as_record`` gave; whatever does not fit is left out."""
        keys = {key for key, _ in TABS}
        tab, filters = record.get("tab"), record.get("filters")
        made = cls(tab if isinstance(tab, str) and tab in keys else "all")
        if isinstance(filters, Mapping):
            for key, stored in filters.items():
                if key in keys and isinstance(stored, Mapping):
                    made.filters[str(key)] = _read(stored)
        return made


def _read(stored: Mapping[str, object]) -> TabFilter:
    carriers, days = stored.get("carriers"), stored.get("days")
    return TabFilter(
        tuple(c for c in carriers if isinstance(c, str)) if isinstance(carriers, list) else (),
        days if isinstance(days, int) and days in DAYS else None,
    )


@dataclass(frozen=True, slots=True)
class ShowTracks:
    """What another place wants to see here: a tab, or one parcel by waybill id or number."""

    tab: str = ""
    waybill: str = ""
