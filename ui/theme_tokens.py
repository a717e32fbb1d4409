"""The colours, type roles and measures of the window; the only file that holds a hex value.

Contrast figures of every pair are proved in ``tests/ui/test_theme_contrast.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from PySide6.QtGui import QColor


class Scheme(StrEnum):
    """What the user chose; ``SYSTEM`` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Tone(StrEnum):
    """A status colour. It never stands alone: a shape and a word go with it."""

    ACCENT = "accent"
    OK = "ok"
    WARN = "warn"
    ERR = "err"
    VIO = "vio"
    GRAY = "gray"


@dataclass(frozen=True, slots=True)
class ToneColors:
    """Text on ``soft`` or on a surface, fill of a chip, its edge, and a strong fill."""

    text: QColor
    soft: QColor
    line: QColor
    solid: QColor


@dataclass(frozen=True, slots=True)
class Tokens:
    """All colours of one scheme, by the names the screens use."""

    dark: bool
    canvas: QColor
    surface: QColor
    subtle: QColor
    sunken: QColor
    hover: QColor
    active: QColor
    border: QColor
    border2: QColor
    control: QColor
    text: QColor
    text2: QColor
    text3: QColor
    disabled: QColor
    accent: QColor
    accent_hover: QColor
    accent_press: QColor
    on_accent: QColor
    accent_text: QColor
    accent_soft: QColor
    accent_line: QColor
    select: QColor
    select_line: QColor
    ink: QColor
    on_ink: QColor
    on_ink2: QColor
    ink_button: QColor
    ink_button_hover: QColor
    ink_link: QColor
    ink_ok: QColor
    kraft: QColor
    kraft_soft: QColor
    scrim: QColor
    shadow: QColor
    pack_panel: QColor
    toggle_off: QColor
    knob: QColor
    carrier_sf: QColor
    on_carrier_sf: QColor
    carrier_zto: QColor
    on_carrier_zto: QColor
    carrier_yunda: QColor
    on_carrier_yunda: QColor
    ok: ToneColors
    warn: ToneColors
    err: ToneColors
    vio: ToneColors
    gray: ToneColors

    def tone(self, tone: Tone) -> ToneColors:
        """The four colours of a status."""
        match tone:
            case Tone.ACCENT:
                return ToneColors(self.accent_text, self.accent_soft, self.accent_line, self.accent)
            case Tone.OK:
                return self.ok
            case Tone.WARN:
                return self.warn
            case Tone.ERR:
                return self.err
            case Tone.VIO:
                return self.vio
            case Tone.GRAY:
                return self.gray


def _tone(text: str, soft: str, line: str, solid: str) -> ToneColors:
    return ToneColors(QColor(text), QColor(soft), QColor(line), QColor(solid))


def light_tokens() -> Tokens:
    """Warm paper greys, ink, one cobalt."""
    c = QColor
    return Tokens(
        dark=False,
        canvas=c("#F3F3F0"),
        surface=c("#FFFFFF"),
        subtle=c("#FAFAF8"),
        sunken=c("#EFEFEB"),
        hover=c("#F5F5F2"),
        active=c("#E9E9E4"),
        border=c("#E6E5E0"),
        border2=c("#D5D4CD"),
        control=c("#8A8982"),
        text=c("#1B1B18"),
        text2=c("#53524C"),
        text3=c("#676660"),
        disabled=c("#A5A49C"),
        accent=c("#2750E0"),
        accent_hover=c("#1E42C2"),
        accent_press=c("#18369F"),
        on_accent=c("#FFFFFF"),
        accent_text=c("#2145C4"),
        accent_soft=c("#EBF0FE"),
        accent_line=c("#B4C4FA"),
        select=c("#F1F5FF"),
        select_line=c("#DCE4FB"),
        ink=c("#1F1F1C"),
        on_ink=c("#F6F6F3"),
        on_ink2=c("#B9B8B0"),
        ink_button=c("#343430"),
        ink_button_hover=c("#41413C"),
        ink_link=c("#93A9FF"),
        ink_ok=c("#4CC88D"),
        kraft=c("#C08A48"),
        kraft_soft=c("#F6EBDC"),
        scrim=c(20, 19, 15, 92),
        shadow=c("#14130F"),
        pack_panel=c("#2750E0"),
        toggle_off=c("#8A8982"),
        knob=c("#FFFFFF"),
        carrier_sf=c("#1F1F1C"),
        on_carrier_sf=c("#FFFFFF"),
        carrier_zto=c("#2E5FD0"),
        on_carrier_zto=c("#FFFFFF"),
        carrier_yunda=c("#F1C232"),
        on_carrier_yunda=c("#3A2E00"),
        ok=_tone("#0A7548", "#E4F4EB", "#A9DBC0", "#0A7548"),
        warn=_tone("#945600", "#FDF1DA", "#F0D08F", "#E8A31C"),
        err=_tone("#C3261B", "#FDEBE9", "#F3B8B2", "#C3261B"),
        vio=_tone("#6B3CBC", "#F1EBFC", "#D3C0F3", "#6B3CBC"),
        gray=_tone("#676660", "#EFEFEB", "#D5D4CD", "#676660"),
    )


def dark_tokens() -> Tokens:
    """The same roles on near-black; lighter surfaces stand in for shadows."""
    c = QColor
    return Tokens(
        dark=True,
        canvas=c("#0D0E0F"),
        surface=c("#1A1B1E"),
        subtle=c("#141517"),
        sunken=c("#101113"),
        hover=c("#222428"),
        active=c("#2E3036"),
        border=c("#2B2D32"),
        border2=c("#3C3F46"),
        control=c("#7A7D85"),
        text=c("#EDEDEB"),
        text2=c("#B6B7BA"),
        text3=c("#97999F"),
        disabled=c("#5C5E65"),
        accent=c("#4466EE"),
        accent_hover=c("#3B5CE4"),
        accent_press=c("#314FCB"),
        on_accent=c("#FFFFFF"),
        accent_text=c("#93A9FF"),
        accent_soft=c("#1D2747"),
        accent_line=c("#35468A"),
        select=c("#1B2137"),
        select_line=c("#2A3352"),
        ink=c("#2C2E33"),
        on_ink=c("#F3F3F1"),
        on_ink2=c("#B6B7BA"),
        ink_button=c("#3C3F46"),
        ink_button_hover=c("#484B53"),
        ink_link=c("#93A9FF"),
        ink_ok=c("#4CC88D"),
        kraft=c("#D9A566"),
        kraft_soft=c("#2E2517"),
        scrim=c(20, 19, 15, 150),
        shadow=c("#000000"),
        pack_panel=c("#2F4FD0"),
        toggle_off=c("#7A7D85"),
        knob=c("#FFFFFF"),
        carrier_sf=c("#EDEDEB"),
        on_carrier_sf=c("#1A1B1E"),
        carrier_zto=c("#2E5FD0"),
        on_carrier_zto=c("#FFFFFF"),
        carrier_yunda=c("#F1C232"),
        on_carrier_yunda=c("#3A2E00"),
        ok=_tone("#4CC88D", "#13291F", "#24553D", "#0D8051"),
        warn=_tone("#F0B355", "#2D2312", "#5E4719", "#F0B355"),
        err=_tone("#FF8076", "#351917", "#6E2F2A", "#C9352A"),
        vio=_tone("#BE9FF7", "#261D38", "#4B3A70", "#BE9FF7"),
        gray=_tone("#97999F", "#27292D", "#3C3F46", "#97999F"),
    )


def with_high_contrast(tokens: Tokens) -> Tokens:
    """Hairlines become control edges, captions the secondary text."""
    return replace(
        tokens,
        border=tokens.control,
        border2=tokens.control,
        select_line=tokens.accent,
        text3=tokens.text2,
    )


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """Size and line height in logical pixels at 100 %, and the weight."""

    px: int
    line_px: int
    weight: int
    display: bool = False


class Type(Enum):
    """The roles of text. Screens name a role, never a size."""

    BADGE = TypeSpec(11, 16, 500)
    CAPTION = TypeSpec(12, 18, 400)
    CAPTION_STRONG = TypeSpec(12, 18, 600)
    BODY = TypeSpec(13, 20, 400)
    BODY_MEDIUM = TypeSpec(13, 20, 500)
    BODY_STRONG = TypeSpec(13, 20, 600)
    NAV = TypeSpec(14, 22, 400)
    NAV_STRONG = TypeSpec(14, 22, 600)
    CARD_TITLE = TypeSpec(15, 24, 600)
    DIALOG_TITLE = TypeSpec(16, 24, 600)
    PAGE_TITLE = TypeSpec(18, 26, 600)
    RECORD_TITLE = TypeSpec(20, 28, 600)
    STAGE_NUMBER = TypeSpec(32, 40, 600, display=True)
    COUNT = TypeSpec(40, 56, 600, display=True)
    COUNTDOWN = TypeSpec(48, 56, 600, display=True)


class TextSize(Enum):
    """The reading sizes of the settings; the value multiplies type and row heights."""

    STANDARD = 1.0
    LARGE = 1.15
    EXTRA_LARGE = 1.3


LATIN_FAMILY = "Inter"
DISPLAY_FAMILY = "Inter Display"
CHINESE_FAMILIES = (
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
)
ICON_FAMILIES = {
    "regular": "Packbench Icons Regular",
    "bold": "Packbench Icons Bold",
    "fill": "Packbench Icons Fill",
}
