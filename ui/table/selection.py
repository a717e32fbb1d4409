"""The selection of a table: some ids, or all that match but a few."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal


@dataclass(frozen=True, slots=True)
class SelectionSpec:
    """What is selected, for a query: ``ids``, or everything that matches but ``excluded``."""

    all_matching: bool
    ids: frozenset[Hashable]
    excluded: frozenset[Hashable]


class Selection(QObject):
    """Selected ids. "All that match" is a flag, never a million ids. Main thread only."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: set[Hashable] = set()
        self._excluded: set[Hashable] = set()
        self._all = False

    @property
    def all_matching(self) -> bool:
        return self._all

    def count(self, total: int) -> int:
        """How many of ``total`` matching rows are selected."""
        return max(0, total - len(self._excluded)) if self._all else len(self._ids)

    def __contains__(self, row_id: Hashable) -> bool:
        return row_id not in self._excluded if self._all else row_id in self._ids

    def __bool__(self) -> bool:
        return self._all or bool(self._ids)

    def spec(self) -> SelectionSpec:
        """A snapshot to hand to a service."""
        return SelectionSpec(self._all, frozenset(self._ids), frozenset(self._excluded))

    def check_state(self, total: int) -> Qt.CheckState:
        """None, some or all of ``total``: the header's box."""
        count = self.count(total)
        if count <= 0:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if count >= total else Qt.CheckState.PartiallyChecked

    def toggle(self, row_id: Hashable) -> None:
        """Select or unselect one row."""
        target = self._excluded if self._all else self._ids
        target.symmetric_difference_update({row_id})
        self.changed.emit()

    def add(self, ids: Iterable[Hashable]) -> None:
        """Select these as well."""
        if self._all:
            self._excluded.difference_update(ids)
        else:
            self._ids.update(ids)
        self.changed.emit()

    def select_only(self, ids: Iterable[Hashable]) -> None:
        """Select exactly these ("only this page")."""
        self._all, self._ids = False, set(ids)
        self._excluded.clear()
        self.changed.emit()

    def select_all_matching(self) -> None:
        """Select whatever matches the filters, however many rows that are."""
        self._all = True
        self._ids.clear()
        self._excluded.clear()
        self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        if self:
            self._all = False
            self._ids.clear()
            self._excluded.clear()
            self.changed.emit()

    def keep_only(self, existing: Iterable[Hashable]) -> None:
        """After a refresh: rows that no longer match are no longer selected."""
        if not self._ids and not self._excluded:
            return
        known = existing if isinstance(existing, (set, frozenset)) else set(existing)
        before = len(self._ids) + len(self._excluded)
        self._ids &= known
        self._excluded &= known
        if len(self._ids) + len(self._excluded) != before:
            self.changed.emit()
