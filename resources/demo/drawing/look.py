"""How one SKU looks: which drawing, in which colours, with which words."""

from __future__ import annotations

from dataclasses import dataclass

from drawing.canvas import Backdrop

SAGE = Backdrop("#E8ECE3", "#D4DDC8")
MINT = Backdrop("#E2EEE6", "#CFE2D6")
AMBER = Backdrop("#F8EAD0", "#F0D9AD")
SAND = Backdrop("#EFE6DC", "#E0D2C2")
CREAM = Backdrop("#F5EEE0", "#E8DCC4")
ROSE = Backdrop("#F7E3E3", "#EFCFCF")
MIST = Backdrop("#E4E8EE", "#D2DAE4")
STONE = Backdrop("#E3E4E7", "#CFD2D8")
SKY = Backdrop("#E3E9F3", "#D0DAEB")
OLIVE = Backdrop("#ECEBDD", "#DDDBC3")
LILAC = Backdrop("#ECE6EE", "#DCD2E0")


@dataclass(frozen=True, slots=True)
class Look:
    """``main`` and ``accent`` colour the two parts of the shape that ``family`` names."""

    family: str
    backdrop: Backdrop
    main: str
    accent: str
    text: str = ""
    ink: str = "#33302A"
    note: str = ""
    scale: float = 1.0  # of the whole thing, standing where it stands


LOOKS: dict[str, Look] = {
    "LJ-100G": Look("tin", SAGE, "#2C6349", "#D9AE5F", "龙井", "#234A38"),
    "LJ-250G": Look("tin", SAGE, "#2C6349", "#D9AE5F", "龙井", "#234A38", "250g", 1.1),
    "CP-60": Look("teabox", SAND, "#8A4630", "#B9704F", "陈皮", "#6B3423"),
    "SY-GH": Look("sachet", OLIVE, "#93A765", "#FBF6E9", "试饮", "#5C6A35"),
    "FM-500": Look("honey", AMBER, "#E59A1E", "#4A3524", "蜂蜜", "#7A4A12"),
    "FM-250": Look("honey", AMBER, "#E59A1E", "#4A3524", "蜂蜜", "#7A4A12", "250g", 0.84),
    "GJ-220": Look("jam", ROSE, "#A8183F", "#F3E9E2", "杨梅", "#8C1736"),
    "JJ-230": Look("sauce", CREAM, "#8E2A18", "#2F2622", "菌酱", "#7A2416"),
    "QL-300": Look("syrup", OLIVE, "#4A2A16", "#C9A24B", "秋梨膏", "#5B4016"),
    "XG-250": Look("pouch", SAND, "#C39A6B", "#8A6238", "香菇", "#5A3A1E"),
    "HT-400": Look("sugar", SAND, "#B5683C", "#F1E2C8", "红糖", "#FFF3DD"),
    "LA-500": Look("canister", SAND, "#BE7A33", "#6B4023", "核桃", "#FFF4E0"),
    "XH-150": Look("peel", AMBER, "#C8641F", "#C99C66", "陈皮", "#8A4312"),
    "GM-900": Look("noodles", MIST, "#FAF5E8", "#C43E33", "挂面", "#FFF6EA"),
    "ZG-6": Look("giftbox", ROSE, "#C0392F", "#EFD08A", "枣糕"),
    "ZA-100": Look("soap", MINT, "#8FBF9C", "#F7F1E0", "艾草", "#4C7A5B"),
    "TB-YB200": Look("cup", MIST, "#DDE4E9", "#93A6B8"),
    "TB-MH200": Look("cup", STONE, "#3C4048", "#6C727C"),
    "CJ-LN3": Look("towels", SKY, "#2F5CA8", "#F3EAD6", "茶巾", "#33415F", "3"),
    "CJ-LN1": Look("towels", SKY, "#2F5CA8", "#F3EAD6", "茶巾", "#33415F", "1"),
    "DM-5K": Look("rice", CREAM, "#F1E8D2", "#B8362C", "稻花香", "#FFF2D8", "5kg"),
    "CY-750": Look("bottle", OLIVE, "#7C9526", "#26302A", "茶油", "#4C5C18"),
    "ZL-S": Look("basket", CREAM, "#C98F45", "#A66E2C", scale=0.82),
    "ZL-L": Look("basket", CREAM, "#C98F45", "#A66E2C", scale=1.12),
    "FW-YB6": Look("bowl", MIST, "#DDE4E9", "#93A6B8"),
    "FW-QH6": Look("bowl", SAGE, "#7D9A96", "#53716E"),
    "CH-350": Look("teapot", STONE, "#DDE4E9", "#B98A55"),
    "KZ-5": Look("chopsticks", CREAM, "#5E3420", "#F3EAD6", "木筷", "#5E3420"),
    "XX-GH": Look("candle", AMBER, "#F1C75E", "#F8F1DE", "桂花", "#8A6412"),
    "XX-XS": Look("candle", MINT, "#3F6F62", "#F8F1DE", "雪松", "#2B5247"),
    "HP-22": Look("vase", SAND, "#A9765A", "#7E9A6B"),
    "DT-30": Look("lamp", LILAC, "#E2B56A", "#8C5A2A"),
    "FB-BS": Look("tote", SAGE, "#EADFC6", "#C9B58C", "青禾", "#6A7A52"),
    "FB-ML": Look("tote", SAGE, "#3E5A45", "#2D4434", "青禾", "#E9E4CE"),
    "TX-BM": Look("tee", SKY, "#F4F2EC", "#D8D4C8", "M", "#3A3A38"),
    "TX-BL": Look("tee", SKY, "#F4F2EC", "#D8D4C8", "L", "#3A3A38", scale=1.08),
    "TX-HM": Look("tee", STONE, "#3A3B3F", "#26272A", "M", "#3A3A38"),
    "TX-HL": Look("tee", STONE, "#3A3B3F", "#26272A", "L", "#3A3A38", scale=1.08),
    "WJ-YM": Look("scarf", LILAC, "#DCCBAE", "#BFA983"),
    "WJ-JH": Look("scarf", ROSE, "#8E2337", "#6B1628"),
    "BJ-A5": Look("notebook", SAND, "#4F6B7A", "#E9D9B4", "手记", "#F5EAD0"),
}
