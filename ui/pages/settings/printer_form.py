"""Everything one printer is told; each change is stored at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.domain.text import ntr, tr
from app.services.printing.printers import PrinterView
from ui.pages.settings import printer_words as words
from ui.pages.settings.density_slider import DensitySlider
from ui.pages.settings.form_parts import DocumentsField, RollField, Strip
from ui.pages.settings.form_row import FormRow
from ui.pages.settings.mm_field import MmField
from ui.pages.settings.paper_field import PaperField
from ui.pages.settings.printer_words import StateLine
from ui.paint_status import Severity
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, IconButton
from ui.widgets.card import Card
from ui.widgets.choices import Toggle
from ui.widgets.fields import ComboField, TextField
from ui.widgets.label import TextLabel

_REST_MS = 450
_STOCKS = ("gap", "mark", "continuous")
_SPEEDS = (2, 3, 4, 5, 6, 8)
_RESOLUTIONS = (8.0, 11.811, 23.622)


class PrinterForm(Card):
    """``changed(printer, dict)`` asks to store; ``moved`` tells the place at once, in mm.

    ``test_wanted``, ``roll_renewed(printer, labels)`` and ``menu_wanted(printer, point)`` are the
    buttons.
    """

    changed = Signal(str, object)
    moved = Signal(float, float)
    test_wanted = Signal(str)
    roll_renewed = Signal(str, int)
    menu_wanted = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.view: PrinterView | None = None
        self.body.setContentsMargins(22, 16, 22, 12)
        self.body.setSpacing(0)
        self.rows: dict[str, FormRow] = {}
        self._raster_rows: list[FormRow] = []
        self._failed = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._place_rested)
        self._make_head()
        self._make_rows()
        self._connect()

    # -- making ------------------------------------------------------------------------------

    def _make_head(self) -> None:
        theme = self.theme
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = TextLabel(theme, "", Type.CARD_TITLE)
        self.test = Button(theme, tr("Print a test page"), self, icon="printer")
        self.more = IconButton(
            theme, "dots-three", tr("More for this printer"), self, size=32, framed=True
        )
        head.addWidget(self.title, 1)
        head.addWidget(self.test)
        head.addWidget(self.more)
        self.body.addLayout(head)
        self.body.addSpacing(6)
        self.trouble = Strip(theme, self)
        self.result = Strip(theme, self)
        for strip in (self.result, self.trouble):
            self.body.addWidget(strip)
            self.body.addSpacing(4)

    def _row(self, key: str, title: str, hint: str = "", *, raster: bool = False) -> FormRow:
        row = FormRow(self.theme, title, hint, self)
        row.first = not self.rows
        self.rows[key] = row
        if raster:
            self._raster_rows.append(row)
        self.body.addWidget(row)
        return row

    def _make_rows(self) -> None:
        theme = self.theme
        self.paper = PaperField(theme)
        self._row("media", tr("Paper in it")).add(self.paper, stretch=True)
        self.density = DensitySlider(theme)
        hint = tr("Darker when codes do not scan")
        self._row("density", tr("Density"), hint, raster=True).add(self.density, stretch=True)
        self.right = MmField(theme, tr("Further right, mm"), tr("mm right"))
        self.down = MmField(theme, tr("Further down, mm"), tr("mm down"))
        place = self._row("place", tr("Fine position"), tr("Right and down are plus"), raster=True)
        place.add(self.right)
        place.add(self.down)
        place.end()
        self.fallback = ComboField(theme, tr("Out of paper or offline"))
        row = self._row("fallback", tr("Out of paper or offline"))
        row.add(self.fallback)
        row.end()
        self.roll = RollField(theme)
        self._row("roll", tr("Roll in it")).add(self.roll, stretch=True)
        self.documents = DocumentsField(theme, words.known_documents())
        self._row("documents", tr("Prints")).add(self.documents, stretch=True)
        self.cut = Toggle(theme, tr("Cut each label"))
        self.cut_row = self._row("cut", tr("Cut each label"), tr("Only printers with a cutter"))
        self.cut_row.add(self.cut, right=True)
        self.stock = ComboField(theme, tr("Between two labels"))
        for code, text in zip(
            _STOCKS, (tr("a gap"), tr("a black mark"), tr("nothing: one long roll")), strict=True
        ):
            self.stock.addItem(text, code)
        self.gap = MmField(theme, tr("Height of the gap, mm"), "mm", least=0, most=30)
        row = self._row("stock", tr("Between two labels"), raster=True)
        row.add(self.stock)
        row.add(self.gap)
        row.end()
        self.speed = ComboField(theme, tr("Speed"))
        self.speed.addItem(tr("Printer's own"), None)
        for inches in _SPEEDS:
            self.speed.addItem(tr("{n} mm a second", n=round(inches * 25.4)), inches)
        row = self._row("speed", tr("Speed"), tr("Slower prints sharper"), raster=True)
        row.add(self.speed)
        row.end()
        self.resolution = ComboField(theme, tr("Resolution"))
        row = self._row(
            "dots_per_mm", tr("Resolution"), tr("It stands on the printer"), raster=True
        )
        row.add(self.resolution)
        row.end()
        self.address = TextField(theme, tr("Address"))
        self._row("address", tr("Address"), tr("Where the printer is")).add(
            self.address, stretch=True
        )

    def _connect(self) -> None:
        self.test.clicked.connect(self._test)
        self.more.clicked.connect(self._more)
        self.paper.chosen.connect(lambda media: self._store(media=media))
        self.density.chosen.connect(lambda value: self._store(density=value))
        self.right.moved.connect(self._moved)
        self.down.moved.connect(self._moved)
        self.fallback.activated.connect(
            lambda _: self._store(fallback=self.fallback.currentData() or None)
        )
        self.roll.renewed.connect(self._renewed)
        self.documents.chosen.connect(lambda found: self._store(documents=list(found)))
        self.cut.clicked.connect(lambda: self._store(cut=True if self.cut.isChecked() else None))
        self.stock.activated.connect(
            lambda _: self._store(stock=self.stock.currentData(), mark_mm=None)
        )
        self.gap.moved.connect(lambda value: self._store(gap_mm=value))
        self.speed.activated.connect(lambda _: self._store(speed=self.speed.currentData()))
        self.resolution.activated.connect(
            lambda _: self._store(dots_per_mm=self.resolution.currentData())
        )
        self.address.edit.editingFinished.connect(self._address_typed)

    # -- showing -----------------------------------------------------------------------------

    def show_view(
        self,
        view: PrinterView,
        others: Sequence[tuple[str, StateLine | None]],
        refusal: str = "",
    ) -> None:
        """Fill in one printer. ``others``: the printers that could take over, with their state."""
        if self.view is None or self.view.config.name != view.config.name:
            self._flush()
            self.result.tell(Severity.INFO, "")
            for row in self.rows.values():
                row.set_error("")
        self.view = view
        config, given = view.config, dict(view.config.options or {})
        language = config.language
        self.setAccessibleName(config.name)
        self.title.setText(config.name)
        self.paper.show_media(config.media)
        steps = words.DENSITY_STEPS.get(language, 15)
        self.density.show_value(_whole(given.get("density")), steps)
        if not self._rest.isActive():
            self.right.set_value(float(given.get("offset_x_mm", 0)))
            self.down.set_value(float(given.get("offset_y_mm", 0)))
        self._show_fallback(view, others)
        self.roll.show_roll(view.roll)
        self.rows["roll"].set_hint(_roll_hint(view))
        self.documents.show_documents(config.documents)
        self.cut.setChecked(given.get("cut") is True)
        stock = "mark" if given.get("mark_mm") else str(given.get("stock", "gap"))
        self.stock.setCurrentIndex(max(0, self.stock.findData(stock)))
        self.gap.set_value(float(given.get("mark_mm") or given.get("gap_mm", 2)))
        self.gap.setVisible(stock != "continuous")
        self._show_speed(given.get("speed"))
        self._show_resolution(config.dots_per_mm)
        if not self.address.edit.hasFocus() and not self.rows["address"].error:
            self.address.setText(config.address)
        self._fit_to(language)
        self._allow(refusal)

    def show_state(self, state: StateLine | None) -> None:
        """What the printer says of itself, when it is not simply ready."""
        if self._failed and state is not None and state.good:
            self.show_result(Severity.INFO, "")  # what stood in the way of the test page is mended
        said = state is not None and (not state.good or state.severity is Severity.INFO)
        if state is not None and said and self._failed:
            why = state.detail or state.text  # one box, not the same trouble twice
            self.result.tell(Severity.FAILED, tr("Not printed. {why}", why=why))
            self.trouble.tell(Severity.INFO, "")
        elif state is not None and said:
            self.trouble.tell(state.severity, state.detail or state.text)
        else:
            self.trouble.tell(Severity.INFO, "")

    def show_result(self, severity: Severity, text: str) -> None:
        """How the test page went."""
        self._failed = severity is Severity.FAILED
        known = self.trouble.text
        if self._failed and known:
            text = tr("Not printed. {why}", why=known)
            self.trouble.tell(Severity.INFO, "")
        self.result.tell(severity, text)

    def set_error(self, key: str, message: str) -> None:
        """Under the setting that could not be stored; without one at the top."""
        row = self.rows.get("place" if key.startswith("offset_") else key)
        row = self.rows["stock"] if key in {"gap_mm", "mark_mm"} else row
        if row is not None:
            row.set_error(message)
        else:
            self.result.tell(Severity.FAILED, message)

    def nudge(self, right_mm: float, down_mm: float) -> None:
        """Move the place from outside: arrow keys on the picture."""
        if self.view is not None and self.view.config.language in words.RASTER_LANGUAGES:
            if right_mm:
                self.right.nudge(right_mm)
            if down_mm:
                self.down.nudge(down_mm)

    def _show_fallback(
        self, view: PrinterView, others: Sequence[tuple[str, StateLine | None]]
    ) -> None:
        chosen = view.fallback
        with QSignalBlocker(self.fallback):
            self.fallback.clear()
            self.fallback.addItem(tr("Wait for this printer"), "")
            for name, _ in others:
                self.fallback.addItem(tr("Go on with {printer}", printer=name), name)
            if chosen and chosen not in [name for name, _ in others]:
                self.fallback.addItem(tr("{printer} (no longer there)", printer=chosen), chosen)
            self.fallback.setCurrentIndex(max(0, self.fallback.findData(chosen)))
        self.fallback.updateGeometry()
        state = dict(others).get(chosen)
        bad = state is not None and not state.good
        hint = tr("{printer} cannot print now either", printer=chosen) if bad else ""
        self.rows["fallback"].set_hint(hint)

    def _show_speed(self, speed: object) -> None:
        at = 0 if speed is None else self.speed.findData(speed)
        if at < 0 and isinstance(speed, int | float):
            self.speed.addItem(tr("{n} mm a second", n=round(speed * 25.4)), speed)
            at = self.speed.count() - 1
        self.speed.setCurrentIndex(at)

    def _show_resolution(self, dots_per_mm: float) -> None:
        values = list(_RESOLUTIONS)
        near = [v for v in values if words.dpi(v) == words.dpi(dots_per_mm)]
        if near:
            values[values.index(near[0])] = dots_per_mm
        else:
            values.append(dots_per_mm)
        self.resolution.clear()
        for value in values:
            self.resolution.addItem(f"{words.dpi(value)} dpi", value)
        self.resolution.setCurrentIndex(self.resolution.findData(dots_per_mm))

    def _fit_to(self, language: str) -> None:
        """Only what this kind of printer can be told."""
        raster = language in words.RASTER_LANGUAGES
        for row in self._raster_rows:
            row.setVisible(raster)
        self.cut_row.setVisible(language in words.CUT_LANGUAGES)
        component = language == "component"
        self.rows["documents"].setVisible(not component)
        self.test.set_disabled_reason(
            tr("The print component prints only the platform's labels.") if component else None
        )

    def _allow(self, refusal: str) -> None:
        for key, row in self.rows.items():
            if key != "roll":  # whoever stands at the printer puts the new roll in
                row.setEnabled(not refusal)
                row.setToolTip(refusal)
        self.more.set_disabled_reason(refusal or None)

    # -- storing -----------------------------------------------------------------------------

    def _store(self, **changes: Any) -> None:
        if self.view is None:
            return
        for key in changes:
            self.set_error_gone(key)
        self.changed.emit(self.view.config.name, changes)

    def set_error_gone(self, key: str) -> None:
        """The setting was changed again."""
        if key in self.rows:
            self.rows[key].set_error("")

    @Slot(float)
    def _moved(self, _value: float) -> None:
        self.rows["place"].set_error("")
        self.moved.emit(self.right.value, self.down.value)
        self._rest.start()

    @Slot()
    def _place_rested(self) -> None:
        self._store(offset_x_mm=self.right.value or None, offset_y_mm=self.down.value or None)

    def _flush(self) -> None:
        """Store what the hand has just moved before another printer is shown."""
        if self._rest.isActive():
            self._rest.stop()
            self._place_rested()

    @Slot()
    def _address_typed(self) -> None:
        if self.view is not None and self.address.text() != self.view.config.address:
            self._store(address=self.address.text().strip())

    @Slot(int)
    def _renewed(self, labels: int) -> None:
        if self.view is not None:
            self.rows["roll"].set_error("")
            self.roll_renewed.emit(self.view.config.name, labels)

    @Slot()
    def _test(self) -> None:
        if self.view is not None:
            self._flush()
            self.result.tell(Severity.INFO, tr("The test page is on its way …"))
            self.test_wanted.emit(self.view.config.name)

    @Slot()
    def _more(self) -> None:
        if self.view is not None:
            corner = QPoint(self.more.width(), self.more.height())
            self.menu_wanted.emit(self.view.config.name, self.more.mapToGlobal(corner))


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _roll_hint(view: PrinterView) -> str:
    if view.roll is None:
        return tr("Nobody counts yet")
    return ntr("about {n} label left", "about {n} labels left", view.roll.left)
