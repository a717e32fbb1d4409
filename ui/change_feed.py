"""One feed that says what changed; pages that are hidden only mark themselves stale."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_GATHER_MS = 60


class ChangeFeed(QObject):
    """``changed`` carries a frozenset of topics ("orders", "waves", "stock"), on the main thread.

    ``announce`` may be called from any thread; topics that come close together arrive as one set.
    """

    changed = Signal(object)
    _announced = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: set[str] = set()
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.setInterval(_GATHER_MS)
        self._clock.timeout.connect(self._tell)
        self._announced.connect(self._take)

    def announce(self, topics: Iterable[str]) -> None:
        """Say that these changed."""
        what = frozenset(topics)
        if what:
            self._announced.emit(what)

    @Slot(object)
    def _take(self, topics: frozenset[str]) -> None:
        self._waiting |= topics
        if not self._clock.isActive():
            self._clock.start()

    @Slot()
    def _tell(self) -> None:
        topics, self._waiting = frozenset(self._waiting), set()
        self.changed.emit(topics)


class Freshness(QObject):
    """Calls ``refresh(topics)`` when something in ``topics`` changes and the widget is visible.

    A hidden widget is refreshed once when it is shown again. It starts stale: the first showing
    loads it.
    """

    def __init__(
        self,
        widget: QWidget,
        feed: ChangeFeed,
        topics: Iterable[str],
        refresh: Callable[[frozenset[str]], None],
    ) -> None:
        super().__init__(widget)
        self._widget = widget
        self._topics = frozenset(topics)
        self._refresh = refresh
        self._stale: set[str] = set(self._topics)
        widget.installEventFilter(self)
        feed.changed.connect(self._changed)

    @property
    def stale(self) -> bool:
        return bool(self._stale)

    @Slot(object)
    def _changed(self, topics: frozenset[str]) -> None:
        concerned = topics & self._topics
        if not concerned:
            return
        self._stale |= concerned
        if self._widget.isVisible():
            self._catch_up()

    def _catch_up(self) -> None:
        topics, self._stale = frozenset(self._stale), set()
        if topics:
            self._refresh(topics)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._catch_up()
        return False


class ChangeRelay:
    """The ``announce`` of services that are opened before there is a window.

    Made first, given to ``app.bootstrap.open_services(announce=...)``; the window connects its feed
    later. What is announced before that changes nothing on a screen and is dropped. Any thread.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[frozenset[str]], None], ...] = ()

    def __call__(self, topics: frozenset[str]) -> None:
        for listen in self._listeners:
            listen(topics)

    def connect(self, listen: Callable[[frozenset[str]], None]) -> None:
        """From now on tell ``listen``, from whichever thread announces."""
        self._listeners = (*self._listeners, listen)

    def disconnect(self, listen: Callable[[frozenset[str]], None]) -> None:
        """Tell it no longer."""
        self._listeners = tuple(known for known in self._listeners if known != listen)
