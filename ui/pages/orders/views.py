"""The saved views of the order list: tabs, and what each of them is filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.text import T, Text
from app.services.orders.queries import OrderFilter
from ui.paint_status import STAGE_WORDS, Stage

# Key of ``OrderFilter.tab`` and the words of the tab, in the order of the work.
TABS: tuple[tuple[str, Text], ...] = (
    ("all", T("All")),
    ("to_check", STAGE_WORDS[Stage.TO_CHECK]),
    ("to_label", STAGE_WORDS[Stage.TO_LABEL]),
    ("to_pick", STAGE_WORDS[Stage.TO_PICK]),
    ("to_pack", STAGE_WORDS[Stage.TO_PACK]),
    ("to_report", STAGE_WORDS[Stage.TO_REPORT]),
    ("shipped", STAGE_WORDS[Stage.SHIPPED]),
    ("failed", STAGE_WORDS[Stage.PROBLEM]),
    ("refund", STAGE_WORDS[Stage.REFUNDING]),
    ("other", T("Not packed here")),
)
OPEN_STAGES = ("to_check", "to_label", "to_pick", "to_pack", "to_report")
KINDS = ("shops", "carriers", "holds")


@dataclass(frozen=True, slots=True)
class TabFilter:
    """The chips of one tab and its order."""

    shops: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    sort: str = "paid"
    descending: bool = True

    def values(self, kind: str) -> tuple[str, ...]:
        """The chosen values of a kind of chip."""
        return {"shops": self.shops, "carriers": self.carriers, "holds": self.holds}[kind]

    def with_values(self, kind: str, values: tuple[str, ...]) -> TabFilter:
        """The same with other values of one kind."""
        match kind:
            case "shops":
                return replace(self, shops=values)
            case "carriers":
                return replace(self, carriers=values)
            case _:
                return replace(self, holds=values)

    @property
    def narrows(self) -> bool:
        return bool(self.shops or self.carriers or self.holds)


@dataclass(slots=True)
class OrderViews:
    """The tab that is shown, the filters of every tab, and the search over all of them."""

    tab: str = "all"
    search: str = ""
    filters: dict[str, TabFilter] = field(default_factory=dict)

    @property
    def current(self) -> TabFilter:
        return self.filters.get(self.tab, TabFilter())

    def change(self, changed: TabFilter) -> None:
        """Filter the current tab otherwise."""
        self.filters[self.tab] = changed

    def toggle(self, kind: str, value: str) -> None:
        """Add a value to a chip or take it away."""
        known = self.current.values(kind)
        values = tuple(v for v in known if v != value) if value in known else (*known, value)
        self.change(self.current.with_values(kind, values))

    def clear(self) -> None:
        """No chip and no search; the order stays."""
        now = self.current
        self.change(TabFilter(sort=now.sort, descending=now.descending))
        self.search = ""

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab hides orders."""
        return self.current.narrows or bool(self.search.strip())

    def wanted(self) -> OrderFilter:
        """The question to the service."""
        now = self.current
        return OrderFilter(
            tab=self.tab,
            shops=now.shops,
            carriers=now.carriers,
            holds=now.holds,
            search=self.search,
            sort=now.sort,
            descending=now.descending,
        )

    def as_record(self) -> dict[str, object]:
        """Plain values to be remembered; the search is not."""
        return {
            "tab": self.tab,
            "filters": {
                tab: {
                    "shops": list(f.shops),
                    "carriers": list(f.carriers),
                    "holds": list(f.holds),
                    "sort": f.sort,
                    "descending": f.descending,
                }
                for tab, f in self.filters.items()
            },
        }

    @classmethod
    def from_record(cls, record: Mapping[str, object]) -> OrderViews:
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
    sort = stored.get("sort")
    return TabFilter(
        shops=_texts(stored.get("shops")),
        carriers=_texts(stored.get("carriers")),
        holds=_texts(stored.get("holds")),
        sort=sort if sort in ("paid", "deadline") else "paid",
        descending=stored.get("descending") is not False,
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class Show:
    """What another place wants to see of the orders: a tab, one shop's, or one order."""

    tab: str = ""
    shop: str | None = None  # "" for all shops
    order: str = ""
