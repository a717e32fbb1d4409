"""The one style sheet of the application, generated from the tokens.

It never sets a font size (that would silently override ``setFont``), never styles table cells and
holds no ``*`` or ``QTableView`` rule (either switches off scroll blitting).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor

from ui.theme_tokens import Tokens

_SHEET = """
QWidget#canvas {{ background: {canvas}; }}
QWidget#surface {{ background: {surface}; }}
QWidget#subtle {{ background: {subtle}; }}
QWidget#sunken {{ background: {sunken}; }}
QLabel {{ background: transparent; color: {text}; }}
QLabel[tone="secondary"] {{ color: {text2}; }}
QLabel[tone="caption"] {{ color: {text3}; }}
QLabel[tone="accent"] {{ color: {accent_text}; }}
QLabel[tone="ok"] {{ color: {ok}; }}
QLabel[tone="warn"] {{ color: {warn}; }}
QLabel[tone="err"] {{ color: {err}; }}

QPushButton {{
  background: {surface}; color: {text}; border: 1px solid {border2}; border-radius: 6px;
  padding: 0 {pad}px; min-height: {field}px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {active}; }}
QPushButton:focus {{ border: 2px solid {accent}; outline: none; }}
QPushButton:disabled {{ color: {disabled}; background: {subtle}; border-color: {border}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {accent_press}; }}
QPushButton[kind="primary"]:disabled {{ background: {active}; color: {disabled};
  border-color: {active}; }}
QPushButton[kind="soft"] {{ background: {accent_soft}; color: {accent_text};
  border-color: {accent_soft}; }}
QPushButton[kind="danger"] {{ color: {err}; border-color: {err_line}; }}
QPushButton[kind="ghost"] {{ background: transparent; border-color: transparent; }}
QPushButton[kind="ghost"]:hover {{ background: {hover}; }}

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit {{
  background: {surface}; color: {text}; border: 1px solid {control}; border-radius: 6px;
  padding: 0 9px; min-height: {field}px; selection-background-color: {accent};
  selection-color: {on_accent}; placeholder-text-color: {text3}; }}
QPlainTextEdit, QTextEdit {{ padding: 5px 6px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus, QDateEdit:focus {{ border: 2px solid {accent}; padding: 0 8px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ padding: 4px 5px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{
  color: {disabled}; background: {subtle}; border-color: {border2}; }}
QLineEdit[bare="true"] {{ border: none; background: transparent; padding: 0; min-height: 0; }}
QLineEdit[bare="true"]:focus {{ border: none; padding: 0; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button {{ width: 0; border: none; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {surface}; border: 1px solid {border2};
  outline: none; padding: 4px; selection-background-color: {select}; selection-color: {text}; }}

QMenu {{ background: {surface}; color: {text}; border: 1px solid {border2}; padding: 6px; }}
QMenu::item {{ padding: {menu_v}px 28px {menu_v}px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {hover}; }}
QMenu::item:disabled {{ color: {disabled}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 6px 8px; }}
QToolTip {{ background: {ink}; color: {on_ink}; border: 1px solid {ink}; padding: 4px 7px; }}

QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; border: none; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; border: none; }}
QScrollBar::handle {{ background: {border2}; border-radius: 3px; margin: 1px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget#scroll_body {{ background: transparent; }}

QSplitter::handle {{ background: {border}; }}
QSplitter::handle:hover {{ background: {accent_line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QSlider::groove:horizontal {{ height: 4px; background: {active}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -6px 0; border-radius: 8px;
  background: {knob}; border: 1px solid {border2}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {accent}; }}
"""


def style_sheet(tokens: Tokens, scaled: Callable[[float], int]) -> str:
    """The sheet for these tokens; ``scaled`` multiplies a length by the reading size."""
    values: dict[str, str | int] = {
        name: _css(getattr(tokens, name))
        for name in tokens.__slots__
        if isinstance(getattr(tokens, name), QColor)
    }
    values |= {
        "ok": _css(tokens.ok.text),
        "warn": _css(tokens.warn.text),
        "err": _css(tokens.err.text),
        "err_line": _css(tokens.err.line),
        "field": scaled(30),
        "pad": 13,
        "menu_v": scaled(6),
    }
    return _SHEET.format_map(values)


def _css(color: QColor) -> str:
    if color.alpha() == 255:
        return color.name()
    return f"rgba({color.red()}, {color.green()}, {color.blue()}, {color.alpha()})"
