"""The sidebar: shop, places, this station's devices, the person. A rail in narrow windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import Text, tr
from ui.page import PageEntry
from ui.paint import Align, Run, draw_icon, draw_runs, draw_text
from ui.paint_boxes import draw_frame, round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.control import Control, OneOfMany
from ui.widgets.key_cap import draw_key_cap
from ui.widgets.pills import draw_count_badge

SIDEBAR_PX = 208
RAIL_PX = 56
_INSET = 12


class NavItem(OneOfMany):
    """A place in the sidebar."""

    ring_radius = 6.0

    def __init__(self, theme: Theme, entry: PageEntry, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.entry = entry
        self.narrow = False
        self._badge, self._warn = "", False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def set_badge(self, text: str, *, warn: bool) -> None:
        """Open work, or an amber warning."""
        self._badge, self._warn = text, warn
        self._tell()
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Icon only, with the name as tooltip."""
        self.narrow = narrow
        self._tell()
        self.updateGeometry()
        self.update()

    def _tell(self) -> None:
        title, key = str(self.entry.title), self.entry.shortcut
        self.setAccessibleName(f"{title} {self._badge}".strip())
        self.set_help(f"{title} ({key})" if self.narrow else key)

    @override
    def sizeHint(self) -> QSize:
        return QSize(36 if self.narrow else 160, self.theme.scaled(34 if self.narrow else 32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        now = self.isChecked()
        box = self.rect()
        if now:
            round_rect(p, box, 6, t.active)
        elif self.hovered:
            round_rect(p, box, 6, t.active if not t.dark else t.hover)
        weight = "fill" if now else "regular"
        color = t.text if now else t.text2
        middle = box.height() / 2
        if self.narrow:
            centre = QPointF(box.width() / 2, middle)
            draw_icon(p, self.entry.icon, centre, 20, color, self.theme, weight)
            if self._badge and self._warn:
                dot = QRectF(centre.x() + 5, centre.y() - 12, 8, 8)
                round_rect(p, dot, 4, t.warn.solid)
            return
        draw_icon(p, self.entry.icon, QPointF(19, middle), 18, color, self.theme, weight)
        face = self.theme.face(Type.NAV_STRONG if now else Type.NAV)
        draw_text(p, box.adjusted(36, 0, -44, 0), str(self.entry.title), face, t.text)
        if self._badge:
            area = box.adjusted(60, 0, -12, 0)
            draw_count_badge(p, area, self._badge, self.theme, warn=self._warn)


class ShopSwitcher(Control):
    """Whose orders these are: brand mark, name, and how many shops there are."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.narrow = False
        self._name, self._caption, self._tag = "", "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_shop(self, name: str, caption: str, tag: str = "") -> None:
        """The shop's name, a line below it, and a tag (demo)."""
        self._name, self._caption, self._tag = name, caption, tag
        self.setAccessibleName(f"{name} {caption} {tag}".strip())
        self.set_help(f"{name} · {caption}" if caption else name)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(36 if self.narrow else 160, self.theme.scaled(40))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, self.rect()
        if self.hovered:
            round_rect(p, box, 8, t.active if not t.dark else t.hover)
        left = (box.width() - 30) / 2 if self.narrow else 4
        mark = QRectF(left, (box.height() - 30) / 2, 30, 30)
        round_rect(p, mark, 8, t.kraft)
        face = self.theme.sized_face(16, 600)
        draw_text(
            p,
            mark,
            self._name[:1] or "·",
            face,
            t.on_accent if not t.dark else t.surface,
            Align.AlignHCenter,
        )
        if self.narrow:
            return
        half = box.height() // 2
        text = QRect(44, half - self.theme.scaled(18), box.width() - 70, self.theme.scaled(19))
        draw_text(p, text, self._name, self.theme.face(Type.NAV_STRONG), t.text)
        caption = self.theme.face(Type.CAPTION)
        second = QRect(44, half + 1, box.width() - 70, self.theme.scaled(16))
        runs = [Run(self._caption, caption, t.text2)]
        if self._tag:
            runs.insert(0, Run(self._tag, self.theme.face(Type.CAPTION_STRONG), t.warn.text))
            runs[1] = Run(self._caption, caption, t.text2, gap=6)
        draw_runs(p, second, runs)
        centre = QPointF(box.width() - 13, box.height() / 2)
        draw_icon(p, "caret-down", centre, 14, t.text2, self.theme)


class SearchBox(Control):
    """Looks like a field, opens the palette."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.narrow = False
        self.setAccessibleName(tr("Search"))
        self.set_help("Ctrl K")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(36 if self.narrow else 160, self.theme.scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, self.rect()
        middle = box.height() / 2
        if self.narrow:
            if self.hovered:
                round_rect(p, box, 6, t.active)
            centre = QPointF(box.width() / 2, middle)
            draw_icon(p, "magnifying-glass", centre, 20, t.text2, self.theme)
            return
        round_rect(p, box, 6, t.surface, t.control if self.hovered else t.border2)
        draw_icon(p, "magnifying-glass", QPointF(18, middle), 16, t.text2, self.theme)
        draw_text(p, box.adjusted(32, 0, -60, 0), tr("Search"), self.theme.face(Type.BODY), t.text2)
        draw_key_cap(p, box.width() - 7, middle, "Ctrl K", self.theme)


class DeviceState(StrEnum):
    """How a device of this station does."""

    READY = "ready"
    LOOK = "look"
    DOWN = "down"
    ABSENT = "absent"


_DEVICE_TONES = {
    DeviceState.READY: Tone.OK,
    DeviceState.LOOK: Tone.WARN,
    DeviceState.DOWN: Tone.ERR,
    DeviceState.ABSENT: Tone.GRAY,
}


@dataclass(frozen=True, slots=True)
class Device:
    """One device: icon, short name, state, and a sentence about it."""

    icon: str
    name: Text | str
    state: DeviceState
    detail: Text | str = ""


class DeviceCard(Control):
    """This station's printer, scanner and scale with a state dot each."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.narrow = False
        self._station = ""
        self._devices: tuple[Device, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_devices(self, station: str, devices: Sequence[Device]) -> None:
        """What stands at this bench and how it does."""
        self._station, self._devices = station, tuple(devices)
        lines = [f"{d.name}: {d.detail}" if d.detail else str(d.name) for d in devices]
        self.setAccessibleName(" ".join([station, self._verdict()[0]]))
        self.setAccessibleDescription("; ".join(lines))
        self.set_help("\n".join(lines))
        self.setVisible(bool(devices))
        self.updateGeometry()
        self.update()

    def _verdict(self) -> tuple[str, Tone]:
        states = {device.state for device in self._devices}
        if DeviceState.DOWN in states:
            return tr("A device is down"), Tone.ERR
        if DeviceState.LOOK in states:
            return tr("Check a device"), Tone.WARN
        return tr("Devices fine"), Tone.OK

    @override
    def sizeHint(self) -> QSize:
        if self.narrow:
            return QSize(36, self.theme.scaled(36))
        return QSize(160, self.theme.scaled(72))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, self.rect()
        words, tone = self._verdict()
        if self.narrow:
            if self.hovered:
                round_rect(p, box, 6, t.active)
            centre = QRectF(box).center()
            draw_icon(p, "printer", centre, 20, t.text2, self.theme)
            dot = QRectF(centre.x() + 6, centre.y() - 12, 8, 8)
            round_rect(p, dot, 4, t.tone(tone).text)
            return
        if self.hovered:
            round_rect(p, box, 8, t.hover)
        draw_frame(p, box, 8, t.border2)
        head = QRect(12, 6, box.width() - 24, self.theme.scaled(22))
        caption = self.theme.face(Type.CAPTION)
        width = draw_text(p, head, words, caption, t.tone(tone).text, Align.AlignRight)
        name = head.adjusted(0, 0, -round(width) - 8, 0)
        draw_text(p, name, self._station, self.theme.face(Type.BODY_STRONG), t.text)
        self._paint_devices(p, box)

    def _paint_devices(self, p: QPainter, box: QRect) -> None:
        t, small = self.theme.t, self.theme.face(Type.BADGE, 400)
        slot = (box.width() - 16) / max(3, len(self._devices))
        top = self.theme.scaled(40)
        for index, device in enumerate(self._devices):
            x = 8 + slot * (index + 0.5)
            draw_icon(p, device.icon, QPointF(x, top), 16, t.text2, self.theme)
            color = t.tone(_DEVICE_TONES[device.state]).text
            round_rect(p, QRectF(round(x) + 6, top - 11, 7, 7), 3.5, color)
            label = QRectF(x - slot / 2, top + 9, slot, self.theme.scaled(16))
            draw_text(p, label, str(device.name), small, t.text2, Align.AlignHCenter)


class UserRow(Control):
    """Who works here."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.narrow = False
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str) -> None:
        """The person's name; empty hides the row."""
        self._name = name
        self.setAccessibleName(name)
        self.set_help(name)
        self.setVisible(bool(name))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(36 if self.narrow else 110, self.theme.scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, box = self.theme.t, self.rect()
        left = (box.width() - 26) / 2 if self.narrow else 3
        disc = QRectF(left, (box.height() - 26) / 2, 26, 26)
        round_rect(p, disc, 13, t.accent_soft)
        face = self.theme.face(Type.CAPTION_STRONG)
        draw_text(p, disc, self._name[:1], face, t.accent_text, Align.AlignHCenter)
        if not self.narrow:
            name = box.adjusted(38, 0, -4, 0)
            draw_text(p, name, self._name, self.theme.face(Type.NAV), t.text)


class WorkLine(Control):
    """The job that goes on while another page is shown; an icon with a dot in the rail."""

    ring_radius = 6.0

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.narrow = False
        self._words, self._tone = "", Tone.ACCENT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_work(self, words: str, tone: Tone = Tone.ACCENT) -> None:
        """What is being done; no words hide the line."""
        self._words, self._tone = words, tone
        self.setAccessibleName(words)
        self.set_help(words)
        self.setVisible(bool(words))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(36 if self.narrow else 160, self.theme.scaled(34))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        colors, box = self.theme.t.tone(self._tone), self.rect()
        round_rect(p, box, 6, colors.soft, colors.line if self.hovered else None)
        x = box.width() / 2 if self.narrow else 18
        draw_icon(p, "printer", QPointF(x, box.height() / 2), 16, colors.text, self.theme)
        if not self.narrow:
            face = self.theme.face(Type.BADGE, 600)
            draw_text(p, box.adjusted(31, 0, -5, 0), self._words, face, colors.text)


class GroupLabel(QWidget):
    """A heading over some places; a hairline in the rail."""

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme, self._title, self.narrow = theme, title, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(36, 13 if self.narrow else self.theme.scaled(32))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        if self.narrow:
            p.fillRect(6, 6, self.width() - 12, 1, self.theme.t.border2)
            return
        box = self.rect().adjusted(10, 6, 0, 0)
        draw_text(p, box, self._title, self.theme.face(Type.BADGE), self.theme.t.text3)
