"""The label desk: which design, with which order, how it looks, and the own area to be changed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QBuffer, QIODevice, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.label_designs import LabelDesign, OwnField, Place
from app.domain.text import tr
from app.services.printing.design_looks import USUAL, WORST, Preview
from app.services.printing.designs import DesignRow
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.settings import design_edits as edits
from ui.pages.settings.design_edits import Kept
from ui.pages.settings.design_loader import DesignLoader
from ui.pages.settings.desk_foot import DeskFoot
from ui.pages.settings.form_parts import Strip
from ui.pages.settings.label_canvas import LabelCanvas, Shown
from ui.pages.settings.label_place import LabelPlace
from ui.paint_status import Severity
from ui.widgets.card import Hairline
from ui.widgets.choices import Segmented
from ui.widgets.fields import ComboField

_CHOSEN, _EDITING = "settings/design", "settings/editing"
_NUMBER = "number"
_LOGO_PX = 480  # across: 60 mm on a head of 8 dots
VIEW, EDIT = 0, 1


class LabelDesk(QWidget):
    """``nudged(right, down)`` in mm when arrow keys move the whole print; ``kept(Kept)`` after a
    change was stored; ``shown_design(code)`` when another design is shown.
    """

    nudged = Signal(float, float)
    kept = Signal(object)
    shown_design = Signal(str)

    def __init__(self, tools: PageTools, work: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = tools.theme
        self._tools = tools
        self.rows: dict[str, DesignRow] = {}
        self.design: LabelDesign | None = None
        self.preview: Preview | None = None
        self._wanted = tools.state.text(_CHOSEN)
        self._sample = USUAL
        self._parcel = ""
        self._refusal = ""
        self.loader = DesignLoader(work, tools.jobs, self)
        self.setAccessibleName(tr("Label desk"))
        self._make()
        self._connect()

    # -- making ------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self.theme
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget(self)
        head.setObjectName("surface")
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 11, 20, 11)
        row.setSpacing(10)
        self.designs = ComboField(theme, tr("Label design"), head)
        self.mode = Segmented(theme, [tr("See it"), tr("Change it")], head, name=tr("Label desk"))
        self.mode.set_current(EDIT if self._tools.state.text(_EDITING) == "yes" else VIEW)
        row.addWidget(self.designs, 1)
        row.addWidget(self.mode)
        column.addWidget(head)
        column.addWidget(Hairline(theme))
        self.canvas = LabelCanvas(theme)
        self.place = LabelPlace(theme, self.canvas, self)
        column.addWidget(self.place, 1)
        self.trouble = Strip(theme, self)
        column.addWidget(self.trouble)
        self.foot = DeskFoot(theme, self)
        column.addWidget(self.foot)
        self.samples, self.number = self.foot.samples, self.foot.number
        self.samples.addItem(tr("A usual order"), USUAL)
        self.samples.addItem(tr("The hardest order"), WORST)
        self.samples.addItem(tr("A waybill …"), _NUMBER)
        self.place.tell(tr("The label is being drawn …"))
        self._show_mode()

    def _connect(self) -> None:
        self.designs.activated.connect(self._design_picked)
        self.mode.chosen.connect(self._mode_chosen)
        self.samples.activated.connect(self._sample_picked)
        self.number.submitted.connect(self._number_typed)
        self.canvas.own_moved.connect(self._own_moved)
        self.canvas.nudged.connect(self.nudged)
        self.canvas.locked.connect(self._locked)
        self.place.zoomed.connect(self.foot.zoom.tell)
        zoom = self.foot.zoom
        zoom.stepped.connect(self.place.step)
        zoom.fitted.connect(self.place.fit)
        zoom.real.connect(lambda: self.place.set_percent(100))
        self.foot.field_ticked.connect(self._field_ticked)
        self.foot.helped.connect(self._helped)
        self.foot.reset_wanted.connect(self._reset)
        loader = self.loader
        loader.rows_ready.connect(self._rows_ready)
        loader.opened.connect(self._opened)
        loader.pictured.connect(self._pictured)
        loader.draw_failed.connect(self._draw_failed)
        loader.kept.connect(self._kept)
        loader.keep_failed.connect(self._keep_failed)

    # -- what is shown -----------------------------------------------------------------------

    @property
    def editing(self) -> bool:
        return self.mode.current == EDIT

    def set_refusal(self, refusal: str) -> None:
        """Why this person may only look."""
        self._refusal = refusal
        self._show_mode()

    def load(self) -> None:
        """Read anew which designs there are, and the one that is shown."""
        self.loader.load()

    def choose(self, code: str) -> None:
        """Show another design."""
        if code not in self.rows or (self.design is not None and self.design.code == code):
            return
        self.loader.flush()
        self._wanted = code
        self._tools.state.set_text(_CHOSEN, code)
        with QSignalBlocker(self.designs):
            self.designs.setCurrentIndex(self.designs.findData(code))
        self.loader.open(code)

    def want(self, code: str) -> None:
        """Show this design as soon as it is known."""
        self._wanted = code
        self._tools.state.set_text(_CHOSEN, code)
        self.load()

    def choose_media(self, media: str) -> None:
        """A design for this paper, unless the one that is shown is for it."""
        now = self.rows.get(self._wanted)
        if now is not None and now.media == media:
            return
        fitting = [row for row in self.rows.values() if row.media == media]
        if fitting:
            self.choose(min(fitting, key=lambda row: (not row.active, not row.is_own)).code)

    def set_offset(self, right_mm: float, down_mm: float) -> None:
        """Where the chosen printer puts the picture."""
        self.canvas.set_offset(right_mm, down_mm)

    @Slot(object)
    def _rows_ready(self, rows: Sequence[DesignRow]) -> None:
        self.rows = {row.code: row for row in rows}
        if not rows:
            self.place.tell(tr("There is no label design"))
            return
        if self._wanted not in self.rows:
            self._wanted = next((r.code for r in rows if r.active and r.is_own), rows[0].code)
        with QSignalBlocker(self.designs):
            self.designs.clear()
            for row in rows:
                unused = "" if row.active else tr(" (not in use)")
                self.designs.addItem(row.title + unused, row.code)
            self.designs.setCurrentIndex(self.designs.findData(self._wanted))
        if not self.loader.pending:
            self.loader.open(self._wanted)

    @Slot(object)
    def _opened(self, design: LabelDesign) -> None:
        if design != self.design:
            before, self.design = self.design, design
            if before is None or before.code != design.code:
                self.trouble.tell(Severity.INFO, "")
            self.loader.draw(design, self._shown_sample(), now=True)
        self._show_mode()
        self.shown_design.emit(design.code)

    @Slot(object, object, bool)
    def _pictured(self, shown: Shown, preview: Preview, proved: bool) -> None:
        self.place.tell("")
        if self.canvas.own is not None and (self.canvas.dragging or self.loader.pending):
            shown = replace(shown, own=self.canvas.own)
        self.canvas.show_label(shown)
        self.place.place()
        if proved:  # until then what was wrong before stands below
            self.preview = preview
            self._show_findings()

    def _show_findings(self) -> None:
        if self.design is not None and self.preview is not None:
            may = self.editing and not self._refusal
            self.foot.show_findings(self.preview.findings, self.design, may_change=may)

    @Slot(object)
    def _draw_failed(self, error: PackbenchError) -> None:
        if self.canvas.shown is None:
            self.place.tell(str(error))
        else:
            self.trouble.tell(Severity.PROBLEM, str(error))

    def _shown_sample(self) -> str:
        return (
            self._parcel
            if self._sample == _NUMBER and self._parcel
            else (USUAL if self._sample == _NUMBER else self._sample)
        )

    def _draw(self) -> None:
        if self.design is not None:
            self.loader.draw(self.design, self._shown_sample())

    def _show_mode(self) -> None:
        editing = self.editing and not self._refusal
        self.canvas.set_editing(editing)
        if self.design is not None:
            self.foot.show_fields(self.design, editing=self.editing, refusal=self._refusal)
            self._show_findings()

    # -- what a person does ------------------------------------------------------------------

    @Slot(int)
    def _design_picked(self, _index: int) -> None:
        self.choose(str(self.designs.currentData()))

    @Slot(int)
    def _mode_chosen(self, mode: int) -> None:
        self._tools.state.set_text(_EDITING, "yes" if mode == EDIT else "")
        self.trouble.tell(Severity.INFO, "")
        self._show_mode()

    @Slot(int)
    def _sample_picked(self, _index: int) -> None:
        self._sample = str(self.samples.currentData())
        self.number.setVisible(self._sample == _NUMBER)
        if self._sample == _NUMBER and not self._parcel:
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._draw()

    def show_number(self, number: str) -> None:
        """The label of this waybill, drawn by the design that is shown."""
        self._sample = _NUMBER
        with QSignalBlocker(self.samples):
            self.samples.setCurrentIndex(self.samples.findData(_NUMBER))
        self.number.show()
        self.number.setText(number)
        self._number_typed()

    @Slot()
    def _number_typed(self) -> None:
        number = self.number.text().strip()
        if not number:
            return

        def found(parcel: str) -> None:
            self.number.set_error("")
            self._parcel = parcel
            self._draw()

        def failed(error: PackbenchError) -> None:
            self.number.set_error(str(error.message))

        self.loader.find_parcel(number, found, failed)

    @Slot()
    def _locked(self) -> None:
        said = tr("This part belongs to the carrier and stays as it is.")
        self.trouble.tell(Severity.INFO, said)

    @Slot(object)
    def _own_moved(self, box: Place) -> None:
        if self.design is not None:
            self._change(edits.with_box(self.design, box))

    @Slot(object, bool)
    def _field_ticked(self, field: OwnField, shown: bool) -> None:
        design = self.design
        if design is None:
            return
        if field is OwnField.LOGO and shown and not design.pictures.get("logo"):
            logo = self._choose_logo()
            if not logo:
                self._show_mode()  # the tick goes back
                return
            design = design.with_logo(logo)
        self._change(edits.with_field(design, field, shown=shown))
        self._show_mode()

    @Slot(str, str)
    def _helped(self, way: str, element: str) -> None:
        if self.design is not None:
            change = edits.shrunk if way == "shrink" else edits.wrapped
            self._change(change(self.design, element))

    @Slot()
    def _reset(self) -> None:
        """The own area and everything else as the standard has it; Ctrl+Z takes it back."""
        design = self.design
        if design is not None and design.is_own:
            self.loader.reset(design)

    def _change(self, design: LabelDesign) -> None:
        if self._refusal or design == self.design:
            return
        self.trouble.tell(Severity.INFO, "")
        self.design = design
        self._draw()
        self.loader.keep(design)

    def _choose_logo(self) -> str:
        kinds = tr("Pictures (PNG, JPEG)") + " (*.png *.jpg *.jpeg)"
        file, _ = QFileDialog.getOpenFileName(self, tr("Choose the shop's logo"), "", kinds)
        return logo_of(file) if file else ""

    # -- what was stored ---------------------------------------------------------------------

    @Slot(object)
    def _kept(self, kept: Kept) -> None:
        if self.design is not None:
            stored = kept.design
            if self.loader.pending:  # the hand went on
                own, elements = self.design.own, self.design.elements
                pictures = self.design.pictures
                self.design = replace(stored, own=own, elements=elements, pictures=pictures)
            else:
                self.design = stored
            self._wanted = stored.code
            self._tools.state.set_text(_CHOSEN, stored.code)
            self._show_mode()
            if not self.loader.pending:
                self._draw()
        self.kept.emit(kept)

    @Slot(object)
    def _keep_failed(self, error: PackbenchError) -> None:
        self.trouble.tell(Severity.FAILED, str(error))
        self.design = None
        self.load()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)
        p.fillRect(0, 0, 1, self.height(), self.theme.t.border)


def logo_of(file: str) -> str:
    """A picture file as the PNG a label takes, in base64; empty when it is no picture."""
    image = QImage(file)
    if image.isNull():
        return ""
    if image.width() > _LOGO_PX:
        image = image.scaledToWidth(_LOGO_PX, Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, b"PNG")
    return base64.b64encode(buffer.data().data()).decode("ascii")
