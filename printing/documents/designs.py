"""The standard designs: files beside the program, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from app.domain.label_design_files import read_text
from app.domain.label_designs import LabelDesign, fitting, problem
from app.domain.text import T

DESIGN_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "label_designs"


@lru_cache(maxsize=2)
def standard_designs(folder: Path = DESIGN_FOLDER) -> tuple[LabelDesign, ...]:
    """Every design in ``folder``, by template and paper.

    Raises:
        UserError: ``design_wrong``, a file is damaged.
    """
    texts = {p.stem: p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.toml"))}
    done: dict[str, LabelDesign] = {}

    def base(code: str) -> LabelDesign:
        return design_of(code, extends=False)

    def design_of(code: str, *, extends: bool = True) -> LabelDesign:
        if code not in done:
            if code not in texts:
                raise problem("extends", T("there is no design “{code}”", code=code))
            done[code] = read_text(texts[code], code, base if extends else None)
        return done[code]

    found = [design_of(code) for code in texts]
    order = ("sf", "zto", "yunda", "plain")
    return tuple(sorted(found, key=lambda d: (order.index(d.template), d.size_mm)))


@lru_cache(maxsize=256)
def standard_for(template: str, width_mm: float, height_mm: float) -> LabelDesign:
    """The standard design of ``template`` for paper of this size.

    Raises:
        UserError: ``media_too_small``, ``template_unknown``.
    """
    return fitting(standard_designs(), template, width_mm, height_mm)
