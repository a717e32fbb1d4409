"""How labels look: the standard designs, the merchant's copies of them, and which are in use.

A standard design is a file and never changes; whoever wants another look works on a copy. At most
one copy of a template, carrier and paper is in use; where none is, the standard design is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.address import clean_text
from app.domain.errors import UserError
from app.domain.label_design_files import as_values, read
from app.domain.label_designs import LabelDesign, check_own
from app.domain.text import T
from app.domain.words import design_title
from app.services import records
from app.services.workplace import Workplace
from app.store.tables import label_designs

_MOST_TITLE = 64


@dataclass(frozen=True, slots=True)
class DesignRow:
    """One design. ``outdated``: the standard it was copied from has a newer version."""

    code: str
    title: str
    template: str
    carrier: str
    media: str
    is_own: bool
    active: bool
    base: str
    outdated: bool
    revision: int = 0


def designs(work: Workplace) -> list[DesignRow]:
    """The standard designs, each followed by its copies.

    Raises ``UserError`` (``design_wrong``).
    """
    standards = work.outside.stationery.designs()
    with work.db.read() as tx:
        copies = list(tx.execute(select(label_designs).order_by(label_designs.c.id)))
    rows: list[DesignRow] = []
    for standard in standards:
        own = [c for c in copies if (c.template, c.media) == (standard.template, standard.media)]
        in_use = any(c.active and not c.carrier for c in own)
        title = design_title(standard.code, standard.title)
        rows.append(
            DesignRow(
                standard.code, title, standard.template, "", standard.media,
                is_own=False, active=not in_use, base="", outdated=False,
            )
        )  # fmt: skip
        rows += [
            DesignRow(
                c.id, c.title, c.template, c.carrier, c.media, is_own=True, active=c.active,
                base=c.base, outdated=c.base == standard.code and c.base_version < standard.version,
                revision=c.revision,
            )
            for c in own
        ]  # fmt: skip
    return rows


def design(work: Workplace, code: str) -> LabelDesign:
    """The design with this code; a copy's ``revision`` is what ``save_design`` wants back.

    Raises ``UserError`` (``no_such_design``, ``design_wrong``).
    """
    with work.db.read() as tx:
        row = _copy(tx, code)
    return _of_row(row) if row is not None else _standard(work, code)


def copy_design(work: Workplace, code: str, title: str, carrier: str = "") -> str:
    """A copy to be changed, not yet in use; gives back its code.

    ``carrier``: for the labels of this company only (those that the plain template is for).
    Raises ``UserError`` (``no_such_design``, ``design_title``).
    """
    origin = design(work, code)
    base = origin if not origin.is_own else _standard_or_none(work, origin.base)
    return _store(
        work,
        replace(
            origin,
            title=_title(title),
            carrier=carrier or origin.carrier,
            base=base.code if base else origin.base,
            base_version=base.version if base and not origin.is_own else origin.base_version,
        ),
    )


def import_design(work: Workplace, values: LabelDesign, title: str = "") -> str:
    """A design that was read from a file, as a copy of its standard; gives back its code.

    Raises ``UserError`` (``design_title``, ``own_area_outside``).
    """
    check_own(values)
    standard = work.outside.stationery.standard_design(values.template, values.media)
    if values.title == standard.title:  # not named anew: in the language of this program
        title = title or design_title(standard.code, standard.title)
    return _store(
        work,
        replace(
            values,
            title=_title(title or values.title),
            base=standard.code,
            base_version=values.base_version or standard.version,
        ),
        standard.media,
    )


def save_design(work: Workplace, changed: LabelDesign, revision: int) -> int:
    """Keep a copy's new look; ``revision`` is the one that was changed. Gives back the new one.

    Raises ``UserError``: ``design_standard`` (copy it first), ``design_changed`` (somebody else
    changed it meanwhile), ``no_such_design``, ``own_area_outside``, ``design_wrong``.
    """
    check_own(changed)
    body = as_values(changed)
    read(body)  # what is kept can be read again
    with work.db.write() as tx:
        _must_be_copy(tx, work, changed.code)
        done = tx.execute(
            update(label_designs)
            .where(label_designs.c.id == changed.code, label_designs.c.revision == revision)
            .values(
                title=_title(changed.title),
                body=body,
                revision=revision + 1,
                changed_at=work.now(),
                changed_by=work.user,
            )
        )
        if done.rowcount != 1:
            raise UserError(
                "design_changed",
                T("Somebody else has changed this label design meanwhile."),
                T("Look at it again, then make your change."),
                ref=changed.code,
            )
        records.note(tx, work, "design", detail={"design": changed.code, "revision": revision + 1})
    work.changed("designs")
    return revision + 1


def choose_design(work: Workplace, code: str) -> None:
    """The next labels of its template, carrier and paper look like this one.

    A standard design's code takes every copy of its kind out of use. Raises ``UserError``
    (``no_such_design``).
    """
    with work.db.write() as tx:
        row = _copy(tx, code)
        if row is None:
            standard = _standard(work, code)
            kind = (standard.template, "", standard.media)
        else:
            kind = (row.template, row.carrier, row.media)
        template, carrier, media = kind
        of_its_kind = (
            label_designs.c.template == template,
            label_designs.c.media == media,
            *((label_designs.c.carrier == carrier,) if row is not None else ()),
        )
        tx.execute(update(label_designs).where(*of_its_kind).values(active=False))
        if row is not None:
            tx.execute(update(label_designs).where(label_designs.c.id == code).values(active=True))
        records.note(tx, work, "design_chosen", detail={"design": code})
    work.changed("designs")


def reset_design(work: Workplace, code: str) -> int:
    """A copy looks like its standard again, in that one's newest version. The new revision.

    Raises ``UserError`` (``no_such_design``, ``design_standard``).
    """
    with work.db.write() as tx:
        row = _must_be_copy(tx, work, code)
        standard = _standard(work, row.base)
        fresh = replace(
            standard,
            code=code,
            title=row.title,
            carrier=row.carrier,
            base=standard.code,
            base_version=standard.version,
        )
        tx.execute(
            update(label_designs)
            .where(label_designs.c.id == code)
            .values(
                body=as_values(fresh),
                base_version=standard.version,
                revision=row.revision + 1,
                changed_at=work.now(),
                changed_by=work.user,
            )
        )
        records.note(tx, work, "design_reset", detail={"design": code})
    work.changed("designs")
    return int(row.revision) + 1


def delete_design(work: Workplace, code: str) -> None:
    """A copy goes; where it was in use, the standard design is again.

    Raises ``UserError`` (``no_such_design``, ``design_standard``).
    """
    with work.db.write() as tx:
        _must_be_copy(tx, work, code)
        tx.execute(delete(label_designs).where(label_designs.c.id == code))
        records.note(tx, work, "design_gone", detail={"design": code})
    work.changed("designs")


def design_in_use(
    tx: Connection, work: Workplace, template: str, carrier: str, media: str
) -> LabelDesign | None:
    """The merchant's copy that labels of this kind are drawn by; ``None``: the standard one.

    One that can no longer be read is passed over: a label must come out.
    """
    try:
        paper = work.outside.stationery.standard_design(template, media).media
    except UserError:
        return None  # the printer says what is wrong with its paper
    rows = list(
        tx.execute(
            select(label_designs).where(
                label_designs.c.active,
                label_designs.c.template == template,
                label_designs.c.media == paper,
                label_designs.c.carrier.in_(["", carrier]),
            )
        )
    )
    for row in sorted(rows, key=lambda r: r.carrier == ""):
        try:
            return _of_row(row)
        except UserError:
            work.log.warning("label design %s cannot be read", row.id)
    return None


# --- rows -----------------------------------------------------------------------------------------


def _copy(tx: Connection, code: str) -> Any:
    return tx.execute(select(label_designs).where(label_designs.c.id == code)).one_or_none()


def _must_be_copy(tx: Connection, work: Workplace, code: str) -> Any:
    row = _copy(tx, code)
    if row is not None:
        return row
    _standard(work, code)
    raise UserError(
        "design_standard",
        T("A standard label design cannot be changed."),
        T("Make a copy of it, and change that."),
        ref=code,
    )


def _of_row(row: Any) -> LabelDesign:
    kept = read(row.body)
    return replace(
        kept,
        code=row.id,
        title=row.title,
        carrier=row.carrier,
        base=row.base,
        base_version=row.base_version,
        revision=row.revision,
    )


def _standard_or_none(work: Workplace, code: str) -> LabelDesign | None:
    return next((d for d in work.outside.stationery.designs() if d.code == code), None)


def _standard(work: Workplace, code: str) -> LabelDesign:
    found = _standard_or_none(work, code)
    if found is None:
        raise UserError(
            "no_such_design",
            T("There is no label design {design}.", design=code),
            T("See them with: designs list"),
            ref=code,
        )
    return found


def _title(title: str) -> str:
    shown = clean_text(title)
    if not 0 < len(shown) <= _MOST_TITLE:
        raise UserError(
            "design_title",
            T("A label design has a name of 1 to {n} characters.", n=_MOST_TITLE),
            T("Give it another name."),
        )
    return shown


def _store(work: Workplace, copy: LabelDesign, paper: str = "") -> str:
    """``paper``: the one of its standard, when it is drawn for a slightly other size."""
    code = work.key()
    stored = replace(copy, code=code)
    with work.db.write() as tx:
        tx.execute(
            insert(label_designs).values(
                id=code,
                title=stored.title,
                template=stored.template,
                carrier=stored.carrier,
                media=paper or stored.media,
                base=stored.base,
                base_version=stored.base_version,
                body=as_values(stored),
                active=False,
                revision=1,
                changed_at=work.now(),
                changed_by=work.user,
            )
        )
        records.note(tx, work, "design", detail={"design": code, "base": stored.base})
    work.changed("designs")
    return code
