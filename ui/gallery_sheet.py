"""The cards of the component sheet. Its words are samples in both languages, not sentences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.paint_boxes import DIALOG_SHADOW, focus_ring
from ui.paint_status import Severity, Stage, draw_stage
from ui.pictures import Pictures
from ui.table import Cell, Column, RowHeight
from ui.table.cells import paint_cell
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.banner import Banner, Notice
from ui.widgets.buttons import Button, IconButton, Kind, Size
from ui.widgets.card import Card, Floating
from ui.widgets.choices import CheckBox, FilterChip, Segmented, Toggle, draw_check
from ui.widgets.fields import ComboField, SearchField, TextField
from ui.widgets.label import Paragraph, TextLabel
from ui.widgets.pills import StatusPill
from ui.widgets.progress import JobStep, ProgressBar, Stepper, StepState
from ui.widgets.states import EmptyAction, EmptyState, SkeletonRows
from ui.widgets.toast import Toast

_LEFT = Qt.AlignmentFlag.AlignLeft


def _row(*widgets: QWidget, spacing: int = 10) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    return row


class _ForcedButton(Button):
    """A button that shows one state whatever the mouse does."""

    def __init__(self, theme: Theme, text: str, state: str) -> None:
        super().__init__(theme, text, kind=Kind.PRIMARY)
        self._state = state
        self.setDown(state == "down")
        self.setEnabled(state != "off")

    @property
    @override
    def hovered(self) -> bool:
        return self._state == "over"

    @override
    def sizeHint(self) -> QSize:
        return QSize(80, super().sizeHint().height() + 8)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        box = self.rect().adjusted(4, 4, -4, -4)
        fill, edge, color = self._colors()
        self._paint_box(p, box, fill, edge)
        self._paint_words(p, box, color)
        if self._state == "focus":
            focus_ring(p, box, 6, self.theme.t)


class _StageRow(QWidget):
    """All twelve shapes in one colour: recognisable without hue."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setFixedSize(12 * 26, 24)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        color = self.theme.t.gray.text
        for index, stage in enumerate(Stage):
            centre = QPointF(12 + 26 * index, 12)
            draw_stage(p, stage, centre, self.theme, radius=7, color=color)


class _SampleRows(QWidget):
    """The three row heights, painted as the table paints them."""

    def __init__(self, theme: Theme, pictures: Pictures, rows: Sequence[tuple[Cell, str, str]]):
        super().__init__()
        self.theme, self._pictures, self._rows = theme, pictures, rows
        self.setFixedHeight(sum(theme.scaled(h) for h in RowHeight) + 2)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t, y = self.theme.t, 0
        for number, ((cell, time, name), height) in enumerate(
            zip(self._rows, RowHeight, strict=True)
        ):
            box = QRect(0, y, self.width(), self.theme.scaled(height))
            if number == 1:
                p.fillRect(box, t.select)
            p.fillRect(0, box.bottom(), box.width(), 1, t.select_line if number else t.border)
            state = Qt.CheckState.Checked if number == 1 else Qt.CheckState.Unchecked
            draw_check(p, QPointF(18, box.center().y()), state, self.theme)
            inner = QRect(40, y, 200, box.height() - 1)
            paint_cell(p, inner, cell, Column("a", "", 200), self.theme, self._pictures)
            late = Cell(time, color=Tone.WARN, strong=True)
            right = Column("b", "", 90, right=True)
            spot = QRect(self.width() - 220, y, 130, box.height() - 1)
            paint_cell(p, spot, late, right, self.theme, self._pictures)
            size = Cell(name, color="text3")
            spot = QRect(self.width() - 90, y, 90, box.height() - 1)
            paint_cell(p, spot, size, right, self.theme, self._pictures)
            y += box.height()


class GallerySheet(QWidget):
    """Three columns of cards."""

    def __init__(self, theme: Theme, pictures: Pictures, *, chinese: bool) -> None:
        super().__init__()
        self.theme = theme
        self._pictures = pictures
        self._chinese = chinese
        self.setObjectName("subtle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(self)
        grid.setContentsMargins(24, 24, 24, 24)
        grid.setHorizontalSpacing(16)
        columns = (
            (self._buttons(), self._inputs(), self._heights()),
            (self._statuses(), self._banners(), self._toasts()),
            (self._dialog(), self._empty(), self._loading(), self._job()),
        )
        for index, cards in enumerate(columns):
            column = QVBoxLayout()
            column.setSpacing(16)
            for card in cards:
                column.addWidget(card)
            column.addStretch(1)
            grid.addLayout(column, 0, index)
        for index, share in enumerate((456, 464, 440)):
            grid.setColumnStretch(index, share)

    def _say(self, chinese: str, english: str) -> str:
        return chinese if self._chinese else english

    def _card(self, chinese: str, english: str) -> Card:
        card = Card(self.theme, padding=20)
        card.body.setContentsMargins(20, 12, 20, 16)
        card.body.setSpacing(10)
        title = self._say(chinese, english)
        card.body.addWidget(TextLabel(self.theme, title, Type.CAPTION_STRONG, "text2"))
        return card

    def _buttons(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("按钮", "Buttons")
        card.body.addLayout(
            _row(
                Button(
                    th, say("取号并打印", "Get numbers & print"), kind=Kind.PRIMARY, icon="printer"
                ),
                Button(th, say("同步", "Sync"), icon="arrows-clockwise"),
                Button(th, say("改用顺丰", "Use SF"), kind=Kind.SOFT),
                Button(th, say("拒绝退款", "Refuse refund"), kind=Kind.DANGER),
                spacing=8,
            )
        )
        card.body.addLayout(
            _row(
                Button(th, say("小 28", "Small 28"), size=Size.SMALL),
                Button(th, say("默认 32", "Default 32")),
                Button(th, say("抽屉 36", "Drawer 36"), size=Size.DRAWER),
                Button(th, say("触屏 44", "Touch 44"), size=Size.TOUCH),
                IconButton(th, "dots-three", say("更多", "More"), framed=True),
                spacing=8,
            )
        )
        states = QHBoxLayout()
        states.setSpacing(4)
        names = (
            ("平常", "Normal", ""),
            ("悬停", "Hover", "over"),
            ("按下", "Pressed", "down"),
            ("键盘焦点", "Focus", "focus"),
            ("不可用", "Disabled", "off"),
        )
        for zh, en, state in names:
            pair = QVBoxLayout()
            pair.setSpacing(2)
            pair.addWidget(_ForcedButton(th, say("打印", "Print"), state), 0, _LEFT)
            label = TextLabel(
                th, say(zh, en), Type.CAPTION, "text2", align=Qt.AlignmentFlag.AlignHCenter
            )
            label.setFixedWidth(80)
            pair.addWidget(label)
            states.addLayout(pair)
        states.addStretch(1)
        card.body.addLayout(states)
        return card

    def _inputs(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("输入", "Fields")
        search = SearchField(th, say("搜订单、运单、收件人", "Order, waybill, receiver"))
        search.setFixedWidth(220)
        weight = TextField(th, say("重量", "Weight"), unit="kg")
        weight.setFixedWidth(110)
        weight.setText("0.842")
        card.body.addLayout(_row(search, weight))
        phone = TextField(th, say("电话", "Phone"))
        phone.setFixedWidth(180)
        phone.setText("138 2046")
        self._phone = phone
        wrong = TextField(th, say("电话", "Phone"))
        wrong.setFixedWidth(180)
        wrong.setText("137****210")
        wrong.set_error(say("少一位，应为 11 位", "One digit short of 11"))
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(phone, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(wrong, 0, Qt.AlignmentFlag.AlignTop)
        line.addStretch(1)
        card.body.addLayout(line)
        combo = ComboField(th, say("纸张", "Paper"))
        combo.addItems([say("76 × 130 mm 一联单", "76 × 130 mm, one part"), "100 × 150 mm"])
        combo.setFixedWidth(196)
        see = Segmented(th, [say("看效果", "Preview"), say("改模板", "Edit")])
        card.body.addLayout(_row(combo, see))
        ticked, partly, empty = (
            CheckBox(th, say(*words))
            for words in (("勾选", "Ticked"), ("部分", "Some"), ("没选", "Empty"))
        )
        ticked.setChecked(True)
        partly.set_partial(True)
        on, off = Toggle(th, say("开", "On")), Toggle(th, say("关", "Off"))
        on.setChecked(True)
        card.body.addLayout(_row(ticked, partly, empty, on, off, spacing=16))
        return card

    def _heights(self) -> Card:
        say = self._say
        card = self._card("行高", "Row heights")
        time = say("1 小时 34 分", "1 h 34 min")
        rows = (
            (
                Cell(say("野生干香菇", "Wild mushrooms"), "×3", second_color="text"),
                time,
                say("紧凑 28", "Compact 28"),
            ),
            (
                Cell(
                    say("秦岭土蜂蜜", "Qinling honey"), "×1", picture="FM-500", second_color="text"
                ),
                time,
                say("默认 36", "Default 36"),
            ),
            (
                Cell(
                    say("明前龙井 特级 等 3 种", "Longjing and 2 more"),
                    say("5 件", "5 pieces"),
                    picture="LJ-100G",
                    second_strong=True,
                ),
                time,
                say("宽松 44，两行", "Tall 44"),
            ),
        )
        card.body.addWidget(_SampleRows(self.theme, self._pictures, rows))
        return card

    def _statuses(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("状态：颜色 + 形状 + 文字", "States: colour + shape + word")
        stages = list(Stage)
        flow, rest = stages[:5], (Stage.SHIPPED, Stage.PROBLEM, Stage.HELD, Stage.REFUNDING)
        last = (Stage.CANCELLED, Stage.LATE_SOON, Stage.DELIVERED)
        for group in (flow, rest, last):
            card.body.addLayout(_row(*(StatusPill(th, stage) for stage in group)))
        alone = TextLabel(th, say("单色也认得出：", "In one colour too:"), Type.BODY, "text2")
        card.body.addLayout(_row(alone, _StageRow(th)))
        card.body.addWidget(TextLabel(th, say("筛选", "Filters"), Type.CAPTION_STRONG, "text2"))
        card.body.addLayout(
            _row(
                FilterChip(th, say("店铺", "Shop"), say("山野集", "Shanye")),
                FilterChip(th, say("快递", "Carrier"), say("顺丰、中通", "SF, ZTO")),
                FilterChip(th, say("标签", "Tag")),
                FilterChip(th, say("筛选", "Filter"), adds=True),
                spacing=8,
            )
        )
        return card

    def _banners(self) -> Card:
        say = self._say
        card = self._card("横幅：出了什么事 + 怎么办", "Banners: what happened + what to do")
        notices = (
            Notice(
                "a",
                Severity.STOP,
                say("连不上微信小店", "The shop cannot be reached"),
                say(
                    "14:21 起收不到新订单，已收的照常打包",
                    "No new orders since 14:21; packing goes on",
                ),
                say("再连一次", "Try again"),
            ),
            Notice(
                "b",
                Severity.PROBLEM,
                say("中通面单只剩 86 张", "86 ZTO labels left"),
                say("按今天用量，明天 11 点用完", "Gone tomorrow at 11 at this rate"),
                say("去充值", "Top up"),
                dismissible=True,
            ),
            Notice(
                "c",
                Severity.FINE,
                say("286 单已上传到微信小店", "286 orders reported"),
                say("买家能看到运单号了", "Buyers see their waybills"),
                say("看清单", "See list"),
            ),
        )
        for notice in notices:
            card.body.addWidget(Banner(self.theme, notice))
        return card

    def _toasts(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("轻提示：5 秒后消失，错误不消失", "Toasts: gone after 5 s, errors stay")
        row = QHBoxLayout()
        row.setSpacing(4)
        for toast in (
            Toast(th, card, say("已挂起 7 单", "7 orders on hold"), action=say("撤销", "Undo")),
            Toast(
                th,
                card,
                say("正在打印 42 / 64", "Printing 42 / 64"),
                icon="printer",
                action=say("查看", "See"),
            ),
        ):
            size, room = toast.sizeHint(), toast.room()
            toast.setFixedSize(size.grownBy(room))
            row.addWidget(toast)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _dialog(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("确认框：写清后果，按钮写动作", "Questions: consequence and verbs")
        box = Floating(th, card, shadow=DIALOG_SHADOW, radius=12)
        room = box.room()
        inside = QVBoxLayout(box)
        inside.setContentsMargins(
            room.left() + 24, room.top() + 20, room.right() + 24, room.bottom() + 18
        )
        title = say("取消剩下 20 张面单？", "Cancel the remaining 20 labels?")
        inside.addWidget(TextLabel(th, title, Type.DIALOG_TITLE))
        words = say(
            "已打的 42 张不受影响。20 个运单号会退回，下次打单再取。",
            "The 42 printed ones stay. 20 numbers go back and are asked for again later.",
        )
        inside.addWidget(Paragraph(th, words))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(Button(th, say("不取消", "Keep them")))
        row.addWidget(Button(th, say("取消 20 张", "Cancel 20"), kind=Kind.DANGER_SOLID))
        inside.addLayout(row)
        card.body.addWidget(box)
        return card

    def _empty(self) -> Card:
        say = self._say
        card = self._card("空状态", "Empty")
        actions = (
            EmptyAction("bench", say("去打包台", "To the bench"), "package", primary=True),
            EmptyAction("sent", say("看已发的", "See what went out")),
        )
        card.body.addWidget(
            EmptyState(
                self.theme,
                "check-circle",
                say("都打完了", "All done"),
                say("新订单每分钟自动收一次，上次 12 秒前", "New orders come by themselves"),
                actions,
                tone=Tone.OK,
            )
        )
        return card

    def _loading(self) -> Card:
        card = self._card("加载：300 毫秒后才出现骨架", "Loading: grey rows after 300 ms")
        rows = SkeletonRows(self.theme, rows=2)
        rows.setFixedHeight(self.theme.scaled(44) * 2)
        rows.show()
        rows.reveal()
        self._skeleton = rows
        card.body.addWidget(rows)
        return card

    @override
    def showEvent(self, event: object) -> None:
        self._skeleton.reveal()
        self._phone.edit.setFocus()

    def _job(self) -> Card:
        th, say = self.theme, self._say
        card = self._card("进度", "Progress")
        steps = Stepper(th)
        state = StepState
        steps.set_steps(
            (
                JobStep(say("核对", "Check"), say("64 单", "64"), state.DONE),
                JobStep(say("取号", "Numbers"), say("2 单失败", "2 failed"), state.FAILED),
                JobStep(say("打印面单", "Labels"), say("42 张", "42"), state.NOW),
                JobStep(say("拣货单", "Pick list"), say("还没打", "not yet"), state.LATER),
            )
        )
        bar = ProgressBar(th)
        bar.set_progress(42, 2, 64)
        card.body.addWidget(steps)
        card.body.addWidget(bar)
        return card
