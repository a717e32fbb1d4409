"""The bench painted: everything in units of a 1440th of the window's width."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.packing import Item, Line
from app.domain.text import ntr, tr
from ui.page import PageTools
from ui.pages.bench.facts import draw_facts
from ui.pages.bench.presenter import in_order, waiting
from ui.pages.bench.units import Units
from ui.pages.bench.view import Look, Panel, Shift, View
from ui.pages.bench.words import grouped, without_database
from ui.paint import Align, Run, draw_runs, wrap_text
from ui.paint_boxes import draw_carrier_mark, draw_picture
from ui.paint_status import Severity, draw_severity


class Board(QWidget):
    """Shows a ``View`` and a ``Shift``; decides nothing."""

    def __init__(self, tools: PageTools, parent: QWidget) -> None:
        super().__init__(parent)
        self.tools = tools
        self.theme = tools.theme
        self.view: View = waiting()
        self.shift = Shift("", "")
        self.typed = ""
        tools.theme.changed.connect(self.update)

    def tell(self, view: View, typed: str = "") -> None:
        """Show this from now on."""
        self.view, self.typed = view, typed
        self.setAccessibleName(f"{view.panel.title}. {view.panel.line}")
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.canvas)
        _Painting(self, p).paint()


class _Painting(Units):
    """One painting of the board."""

    def __init__(self, board: Board, p: QPainter) -> None:
        super().__init__(board, p, board.theme)
        self.view = board.view
        self.shift = board.shift
        self.typed = board.typed
        self.pictures = board.tools.pictures
        self.working_sound = board.tools.sounds.working

    def paint(self) -> None:
        self._top()
        left = QRectF(28, 72, self.width - 580, self.height - 72 - 72)
        self._left(left)
        self._panel(QRectF(self.width - 528, 72, 500, self.height - 72 - 72))
        self._foot()
        edge = self._edge()
        if edge is not None:
            self._frame(edge)

    # -- the parts -----------------------------------------------------------------------

    def _top(self) -> None:
        t, s = self.t, self.shift
        self.icon("package", 42, 36, 26, t.text)
        took = self.say((66, 16, 300, 40), tr("Bench {name}", name=s.bench), 24, t.text, 600)
        self.say((66 + took + 14, 16, 260, 40), s.user, 22, t.text2)
        if s.wave_all:
            took = self.say((470, 16, 190, 40), tr("Wave {name}", name=s.wave), 22, t.text2)
            bar = (470 + took + 18, 30, 240.0, 12.0)
            self.card(bar, 6, t.active)
            if s.wave_done:
                share = max(0.05, s.wave_done / s.wave_all)
                self.card((bar[0], bar[1], bar[2] * share, 12), 6, t.accent)
            count = tr("{done} / {all} parcels", done=s.wave_done, all=s.wave_all)
            self.say((bar[0] + 256, 16, 180, 40), count, 22, t.text2, 600)
        if s.away:
            self._offline(without_database(s.kept))
        elif s.offline and s.unsent:
            self._offline(tr("Offline, {n} parcels noted", n=s.unsent))
        else:
            today = ntr("Today {n} parcel", "Today {n} parcels", s.today)
            self.say((self.width - 330, 16, 220, 40), today, 22, t.text, 600, Align.AlignRight)
        sound = "speaker-high" if self.working_sound else "speaker-slash"
        self.icon(sound, self.width - 76, 36, 28, t.text2)

    def _offline(self, text: str) -> None:
        """Packing goes on; what the shop must hear is written down."""
        t = self.t
        wide = self.theme.sized_face(22 * self.u, 600).width(text) / self.u + 66
        pill = (self.width - 110 - wide, 16.0, wide, 40.0)
        self.card(pill, 20, t.warn.soft)
        self.icon("cloud-slash", pill[0] + 28, 36, 24, t.warn.text)
        self.say((pill[0] + 48, 16, wide - 52, 40), text, 22, t.warn.text, 600)

    def _left(self, area: QRectF) -> None:
        view = self.view
        if view.parcel is None:
            self._nothing_open(area)
            return
        y = area.y()
        self._parcel_card(area.x(), y, area.width())
        y += 110
        y += draw_facts(self, view.facts, area.x(), y, area.width())
        lines = in_order(view.parcel)
        room = area.bottom() - y
        small = len(lines) > 3 or room < 176 + 158
        shown = 0
        for line in lines:
            current = shown == 0 and not line.done
            height = 110.0 if small else 158.0
            height = (132.0 if small else 176.0) if current else height
            if y + height > area.bottom():
                break
            self._line(line, area.x(), y, area.width(), height, current=current)
            y += height + 14
            shown += 1
        if shown < len(lines):
            more = tr("{n} more kinds", n=len(lines) - shown)
            self.say((area.x(), area.bottom() - 30, area.width(), 30), more, 22, self.t.text2)

    def _nothing_open(self, area: QRectF) -> None:
        t = self.t
        self.card((area.x(), area.y(), area.width(), area.height()), 14, t.surface, t.border)
        centre = area.center()
        self.icon("barcode", centre.x(), centre.y() - 60, 120, t.text3)
        line = self.typed or tr("No parcel is open")
        middle = Align.AlignHCenter
        self.say((area.x(), centre.y() + 24, area.width(), 60), line, 34, t.text2, 400, middle)

    def _parcel_card(self, x: float, y: float, w: float) -> None:
        t, view = self.t, self.view
        self.card((x, y, w, 96), 14, t.surface, t.border)
        draw_carrier_mark(self.p, self.box(x + 22, y + 22, 52, 52), view.carrier, self.theme)
        number = grouped(view.parcel.number) if view.parcel else ""
        self.say((x + 92, y + 12, w - 300, 40), number, 28, t.text, 600)
        self.say((x + 92, y + 52, w - 300, 32), view.receiver, 22, t.text2)
        if view.due:
            face = self.theme.sized_face(22 * self.u, 600)
            wide = face.width(view.due) / self.u + 64
            pill = (x + w - wide - 22, y + 24, wide, 48.0)
            self.card(pill, 24, t.warn.soft)
            self.icon("clock", pill[0] + 26, y + 48, 22, t.warn.text)
            self.say((pill[0] + 46, pill[1], wide - 50, 48), view.due, 22, t.warn.text, 600)

    def _line(self, line: Line, x: float, y: float, w: float, h: float, *, current: bool) -> None:
        t = self.t
        edge = (t.err.text if self.view.is_stop else t.accent) if current else t.border
        self.card((x, y, w, h), 14, t.surface, edge, 4 if current else 1)
        side = h - 40 if current else h - 44
        first = 136.0 if h > 140 else 92.0  # names start at one x, whatever the picture's size
        self._picture(line.item, x + 20 + (first - side) / 2, y + (h - side) / 2, side)
        left = x + first + 48
        wide = w - first - 48 - 290
        color = t.text2 if line.done else t.text
        size = 40 if current else 34
        name = tr("Gift: {name}", name=line.item.name) if line.gift else line.item.name
        self.say((left, y + h / 2 - 46, wide, 50), name, min(size, h * 0.26), color, 500)
        self.say((left, y + h / 2 + 6, wide, 36), line.item.spec, min(28, h * 0.21), t.text2)
        big = self.theme.sized_face((76 if current else 44) * self.u, 600)
        small = self.theme.sized_face((38 if current else 32) * self.u)
        tint = t.ok.text if line.done else t.text
        runs = [
            Run(str(line.have), big, tint),
            Run(f"/ {line.need}", small, t.text2, 8 * self.u),
        ]
        draw_runs(self.p, self.box(x + w - 320, y, 214, h), runs, Align.AlignRight)
        centre = QPointF((x + w - 56) * self.u, (y + h / 2) * self.u)
        if line.done:
            draw_severity(self.p, Severity.FINE, centre, round(50 * self.u), self.theme)
        elif current:
            self.icon("barcode", x + w - 56, y + h / 2, 50, edge)

    def _picture(self, item: Item, x: float, y: float, side: float) -> None:
        picture = self.pictures.pixmap(item.picture, round(side * self.u), self.ratio)
        draw_picture(self.p, self.box(x, y, side, side), picture, self.theme, radius=10 * self.u)

    def _edge(self) -> QColor | None:
        match self.view.panel.look:
            case Look.GO:
                return None
            case Look.DONE:
                return self.t.ok.solid
            case Look.STOP:
                return self.t.err.solid
            case Look.LOOK:
                return self.t.warn.solid

    def _frame(self, color: QColor) -> None:
        thick = round(10 * self.u)
        self.p.setPen(QPen(color, thick * 2, j=Qt.PenJoinStyle.MiterJoin))
        self.p.setBrush(Qt.BrushStyle.NoBrush)
        self.p.drawRect(self.box(0, 0, self.width, self.height))

    def _panel(self, area: QRectF) -> None:
        panel = self.view.panel
        back = self._edge() or self.t.pack_panel
        ink = self.t.on_carrier_yunda if panel.look is Look.LOOK else self.t.on_accent
        self.card((area.x(), area.y(), area.width(), area.height()), 20, back)
        if panel.ring is not None:
            self._ring(area, panel, ink)
        else:
            self._verdict(area, panel, ink)

    def _ring(self, area: QRectF, panel: Panel, ink: QColor) -> None:
        have, need = panel.ring or (0, 0)
        middle = Align.AlignHCenter
        x, w = area.x(), area.width()
        self.say((x, area.y() + 44, w, 60), panel.title, 44, ink, 600, middle)
        centre = QPointF(area.center().x(), area.y() + 276)
        ring = self.box(centre.x() - 138, centre.y() - 138, 276, 276)
        faint = QColor(ink)
        faint.setAlphaF(0.22)
        self.p.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(faint, 22 * self.u, c=Qt.PenCapStyle.FlatCap)
        self.p.setPen(pen)
        self.p.drawArc(ring, 0, 360 * 16)
        if need:
            pen.setColor(ink)
            self.p.setPen(pen)
            self.p.drawArc(ring, 90 * 16, -round(360 * 16 * have / need))
        runs = [
            Run(str(have), self.theme.sized_face(120 * self.u, 600), ink),
            Run(f"/{need}", self.theme.sized_face(56 * self.u), ink, 4 * self.u),
        ]
        draw_runs(self.p, self.box(x, centre.y() - 84, w, 130), runs, middle)
        left = tr("{n} to go", n=need - have)
        self.say((x, centre.y() + 50, w, 44), left, 26, ink, 600, middle)
        pale = QColor(ink)
        pale.setAlphaF(0.12)
        foot = self.typed or panel.foot
        item = self._next_item()
        if item is not None and item.bin:
            words = (tr("Next from {bin}", bin=item.bin), f"{item.name} {item.spec}")
            self._hint(area, area.bottom() - 274, pale, "map-pin", words, ink)
        if foot:
            self._foot_card(area, foot, ink, pale)
        elif panel.expected_g:
            goods = tr("Goods alone {kg} kg", kg=f"{panel.expected_g / 1000:.2f}")
            words = (goods, tr("Weigh it when it is sealed"))
            self._hint(area, area.bottom() - 144, pale, "scales", words, ink)

    def _next_item(self) -> Item | None:
        line = self.view.parcel.next_line() if self.view.parcel else None
        return line.item if line else None

    def _hint(
        self, area: QRectF, y: float, back: QColor, icon: str, words: tuple[str, str], ink: QColor
    ) -> None:
        x, w = area.x() + 28, area.width() - 56
        self.card((x, y, w, 116), 14, back)
        self.icon(icon, x + 44, y + 58, 42, ink)
        self.say((x + 86, y + 18, w - 106, 40), words[0], 28, ink, 600)
        self.say((x + 86, y + 60, w - 106, 38), words[1], 26, ink)

    def _verdict(self, area: QRectF, panel: Panel, ink: QColor) -> None:
        x, w, y = area.x(), area.width(), area.y()
        middle = Align.AlignHCenter
        glyphs = {
            Look.GO: None,
            Look.DONE: Severity.FINE,
            Look.STOP: Severity.STOP,
            Look.LOOK: Severity.PROBLEM,
        }
        glyph = glyphs[panel.look]
        top = y + 106
        if glyph is not None:
            centre = QPointF(area.center().x() * self.u, top * self.u)
            draw_severity(self.p, glyph, centre, round(130 * self.u), self.theme, ink)
        else:
            self.icon("barcode", area.center().x(), top, 130, ink)
        size = 68.0
        while (
            size > 36
            and self.theme.sized_face(size * self.u, 600).width(panel.title) > (w - 40) * self.u
        ):
            size -= 4
        self.say((x + 20, y + 190, w - 40, 90), panel.title, size, ink, 600, middle)
        face = self.theme.sized_face(30 * self.u)
        for n, row in enumerate(wrap_text(panel.line, face, (w - 56) * self.u, 3)):
            self.say((x + 28, y + 284 + 42 * n, w - 56, 42), row, 30, ink, 400, middle)
        if panel.scanned is not None and panel.wanted is not None:
            self._compare(area, panel.scanned, panel.wanted)
        if panel.weight_g is not None:
            self._weight(area, panel)
        elif panel.look is Look.DONE and panel.expected_g:
            pale = QColor(ink)
            pale.setAlphaF(0.12)
            goods = tr("Goods alone {kg} kg", kg=f"{panel.expected_g / 1000:.2f}")
            words = (goods, tr("Type the weight, then Enter"))
            self._hint(area, area.bottom() - 274, pale, "scales", words, ink)
        if panel.foot or self.typed:
            self._foot_card(area, self.typed or panel.foot, ink)

    def _compare(self, area: QRectF, scanned: Item, wanted: Item) -> None:
        t = self.t
        y, h = area.y() + 344, 246.0
        pale = QColor(t.on_accent)
        pale.setAlphaF(0.16)
        for n, (word, item) in enumerate(((tr("Scanned"), scanned), (tr("Wanted"), wanted))):
            x = area.x() + 28 + n * 232
            self.card((x, y, 212, h), 14, t.on_accent if n else pale)
            ink = t.ink if n else t.on_accent
            middle = Align.AlignHCenter
            self.say((x, y + 8, 212, 40), word, 26, ink, 400, middle)
            self._picture(item, x + 40, y + 54, 132)
            self.say((x + 8, y + 194, 196, 40), item.spec or item.name, 24, ink, 600, middle)

    def _weight(self, area: QRectF, panel: Panel) -> None:
        t = self.t
        x, y, w = area.x() + 28, area.y() + 420, area.width() - 56
        self.card((x, y, w, 140), 14, t.on_accent)
        self.icon("scales", x + 54, y + 70, 46, t.ink)
        runs = [
            Run(
                f"{(panel.weight_g or 0) / 1000:.3f}",
                self.theme.sized_face(60 * self.u, 600),
                t.ink,
            ),
            Run("kg", self.theme.sized_face(30 * self.u), t.ink, 8 * self.u),
        ]
        draw_runs(self.p, self.box(x + 96, y, w - 120, 140), runs)
        line = tr("Goods alone {kg} kg", kg=f"{panel.expected_g / 1000:.2f}")
        ink = t.on_carrier_yunda if panel.look is Look.LOOK else t.on_accent
        self.say((x, y + 146, w, 40), line, 24, ink, 400, Align.AlignHCenter)

    def _foot_card(self, area: QRectF, text: str, ink: QColor, back: QColor | None = None) -> None:
        x, w, h = area.x() + 28, area.width() - 56, 116.0
        y = area.bottom() - h - 28
        shade = QColor(self.t.shadow)
        shade.setAlphaF(0.22)
        self.card((x, y, w, h), 14, back or shade)
        face = self.theme.sized_face(28 * self.u)
        rows = wrap_text(text, face, (w - 40) * self.u, 2)
        start = y + h / 2 - 20 * len(rows)
        for n, row in enumerate(rows):
            self.say((x + 20, start + 40 * n, w - 40, 40), row, 28, ink, 400, Align.AlignHCenter)

    def _foot(self) -> None:
        x, y = 28.0, self.height - 56
        for key, word in _foot_keys():
            x += self._key(x, y, key, word, works=self.view.parcel is not None) + 32
        answers = self.view.is_stop or self.view.panel.look is Look.LOOK
        leave = tr("Clear") if answers else tr("Leave")
        face = self.theme.sized_face(22 * self.u)
        wide = face.width(leave) / self.u + 84
        self._key(self.width - 28 - wide, y, "Esc", leave)

    def _key(self, x: float, y: float, key: str, word: str, *, works: bool = True) -> float:
        t = self.t
        face = self.theme.sized_face(22 * self.u, 600)
        cap = max(52.0, face.width(key) / self.u + 26)
        self.card((x, y, cap, 38), 6, t.surface, t.border2)
        ink = t.text if works else t.disabled
        self.say((x, y, cap, 38), key, 22, ink, 600, Align.AlignHCenter)
        ink = t.text2 if works else t.disabled
        return cap + 12 + self.say((x + cap + 12, y, 260, 38), word, 22, ink)


def _foot_keys() -> list[tuple[str, str]]:
    return [
        ("F1", tr("Missing")),
        ("F4", tr("Reprint")),
        ("F7", tr("See the label")),
        ("F8", tr("Put aside")),
        ("⌫", tr("Undo")),
    ]
