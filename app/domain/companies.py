"""Carrier companies by our code: name, mark and the code each shop platform uses for them."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.text import T, Text


@dataclass(frozen=True, slots=True)
class Company:
    code: str
    name: Text
    mark: str  # the one character on its square
    wechat: str  # delivery_id
    hotline: str = ""  # what anybody in China calls to ask for a parcel


COMPANIES: tuple[Company, ...] = (
    Company("sf", T("SF Express"), "顺", "SF", "95338"),
    Company("zto", T("ZTO Express"), "中", "ZTO", "95311"),
    Company("yunda", T("Yunda Express"), "韵", "YUNDA", "95546"),
    Company("yto", T("YTO Express"), "圆", "YTO", "95554"),
    Company("sto", T("STO Express"), "申", "STO", "95543"),
    Company("jt", T("J&T Express"), "极", "JTSD", "956025"),
    Company("jd", T("JD Logistics"), "京", "JD", "950616"),
    Company("ems", T("China Post EMS"), "邮", "EMS", "11183"),
)
# Between us and a company: they book and follow parcels, somebody else carries them.
AGGREGATORS: tuple[Company, ...] = (Company("kuaidi100", T("Kuaidi100"), "百", ""),)
# Met on numbers that were bought elsewhere; no rule chooses them.
ELSEWHERE: tuple[Company, ...] = (
    Company("dbl", T("Deppon Express"), "德", "DBKD"),
    Company("cnsd", T("Cainiao Express"), "菜", "CNSD"),
    Company("other", T("Another carrier"), "他", "OTHER"),
)
_BY_CODE = {c.code: c for c in (*COMPANIES, *AGGREGATORS, *ELSEWHERE)}
_BY_WECHAT = {c.wechat: c for c in (*COMPANIES, *ELSEWHERE)}


def company(code: str) -> Company:
    """The company with our ``code``; an unknown code becomes a company that shows the code."""
    return _BY_CODE.get(code) or Company(
        code, Text("{text}", {"text": code}), code[:1].upper(), code.upper()
    )


def carries(code: str) -> bool:
    """Whether ``code`` names somebody who may carry a parcel, not only an aggregator."""
    return all(code != aggregator.code for aggregator in AGGREGATORS)


def company_of_wechat(delivery_id: str) -> Company:
    """The company behind a WeChat Store ``delivery_id``."""
    return _BY_WECHAT.get(delivery_id) or company(delivery_id.lower())
