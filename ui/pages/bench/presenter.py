"""What the bench shows, says and sounds, decided without a widget."""

from __future__ import annotations

from dataclasses import replace

from app.domain.companies import company
from app.domain.packing import Line, OpenParcel, Scanned, check_weight
from app.domain.states import HoldCode, Verdict
from app.domain.text import Text, ntr, tr
from app.services.parcels.packing import Opened
from ui.pages.bench import outages, refusals
from ui.pages.bench.facts import FactKind, facts_of
from ui.pages.bench.view import Look, Panel, View
from ui.pages.bench.words import receiver
from ui.sounds import Cue

COUNT_ABOVE = 5  # more pieces of one thing than this are counted, not scanned one by one


def waiting() -> View:
    """Nothing is open."""
    return View(Panel(Look.GO, tr("Scan the label"), tr("Point the scanner at a printed label")))


def opened(before: View, answer: Opened, due: str) -> View:
    """A label was scanned; ``before`` may be another parcel that is not finished."""
    if answer.verdict is not Verdict.PARCEL_OPENED or answer.parcel is None:
        if before.is_held and answer.verdict is Verdict.UNKNOWN:
            return before
        return View(refusals.refused(answer), carrier=answer.carrier, cue=refusals.cue_of(answer))
    view = View(
        going(answer.parcel),
        answer.parcel,
        answer.carrier,
        receiver(answer),
        facts_of(answer),
        due,
        Cue.PIECE,
        wants_serial=answer.wants_serial,
    )
    if answer.parcel.done:
        return _all_in(view)
    left = before.parcel
    if left is None or left.done or left.parcel_id == answer.parcel.parcel_id:
        return view
    kept = tr("The parcel before lacks {n} pieces; its scans are kept", n=left.need - left.have)
    return replace(view, panel=replace(view.panel, foot=kept), cue=Cue.LOOK)


def goods_first(before: View) -> View:
    """A piece was scanned while no parcel is open."""
    if before.is_held:
        return before
    panel = Panel(
        Look.LOOK,
        tr("The label first"),
        tr("This is a piece, no parcel is open for it"),
        tr("Scan the label, then the piece"),
    )
    return View(panel, cue=Cue.LOOK)


def scanned(view: View, result: Scanned) -> View:
    """A piece was scanned over the open parcel."""
    parcel = result.parcel or view.parcel
    view = replace(view, parcel=parcel, counting=None)
    if result.accepted and parcel is not None:
        if result.verdict is Verdict.PARCEL_DONE:
            waits = result.kept and not view.wants_serial
            return outages.waits(view) if waits else _all_in(view)
        cue = Cue.LINE if result.verdict is Verdict.LINE_DONE else Cue.PIECE
        view = replace(view, panel=going(parcel), cue=cue)
        if result.kept:
            view = outages.kept(view)
        line = result.line
        if line is not None and result.part_sku_id and not line.done:
            return replace(view, panel=replace(view.panel, foot=_rest_of_set(line)))
        if line is None or line.done or line.need <= COUNT_ABOVE:
            return view
        ask = tr("{n} are wanted: go on, or type the count and Enter", n=line.need)
        return replace(view, panel=replace(view.panel, foot=ask), counting=line)
    if result.verdict is Verdict.UNKNOWN and view.wants_serial:
        return _goods_before_serial(view)
    return replace(view, panel=refusals.wrong(result), cue=Cue.WRONG)


def _rest_of_set(line: Line) -> str:
    """Which parts are missing to the whole that was begun; "" when none is begun."""
    if not any(part.have for part in line.parts):
        return ""
    rest = [(part.item.name, part.each - part.have) for part in line.parts]
    missing = tr(", ").join(f"{name} ×{n}" for name, n in rest if n > 0)
    return tr("{set}: still missing {parts}", set=line.item.name, parts=missing)


def counted_too_few(view: View, line: Line) -> View:
    """The typed count is below what was scanned already."""
    panel = Panel(
        Look.STOP,
        tr("Count again"),
        tr("{n} of it were scanned already", n=line.have),
        tr("Count all that are in the box"),
    )
    return replace(view, panel=panel, cue=Cue.WRONG)


def complete(view: View, weight_g: int | None = None, *, cue: Cue | None = Cue.PARCEL) -> View:
    """Every piece is in the box."""
    parcel = view.parcel
    expected = parcel.expected_weight_g if parcel else 0
    panel = Panel(
        Look.DONE,
        tr("Complete, seal it"),
        tr("Stick the label on, put it with {carrier}", carrier=company(view.carrier).name),
        tr("Sealed, telling the shop"),
        weight_g=weight_g,
        expected_g=expected,
    )
    return replace(view, panel=panel, cue=cue, counting=None, unsealed=False)


def _all_in(view: View) -> View:
    """Nothing is missing but, perhaps, the serial number."""
    return serial_wanted(view) if view.wants_serial else complete(view)


def serial_wanted(view: View, *, cue: Cue | None = Cue.LINE) -> View:
    """Every piece is in the box; its serial number is scanned before it is sealed."""
    line = tr("Of what is in the box. An IMEI is scanned first, if there is one.")
    if view.imeis:
        line = ntr(
            "{n} IMEI is there, now the serial number",
            "{n} IMEIs are there, now the serial number",
            len(view.imeis),
        )
    panel = Panel(
        Look.GO,
        tr("Scan the serial number"),
        line,
        tr("None to be found: F8, put it aside"),
    )
    return replace(view, panel=panel, cue=cue, counting=None)


def with_imei(view: View, imei: str) -> View:
    """An IMEI was scanned where the serial number is wanted."""
    return serial_wanted(replace(view, imeis=(*view.imeis, imei)), cue=Cue.PIECE)


def serial_noted(view: View) -> View:
    """The serial number is there: nothing is wanted any more."""
    facts = tuple(fact for fact in view.facts if fact.kind is not FactKind.SERIAL)
    return complete(replace(view, facts=facts, wants_serial=False))


def no_serial(view: View) -> View:
    """The code of the goods was scanned where their serial number is wanted."""
    panel = Panel(
        Look.STOP,
        tr("Not the serial number"),
        tr("This is the code of the goods, every piece of one kind has it"),
        tr("Scan the number that only this piece has"),
    )
    return replace(view, panel=panel, cue=Cue.WRONG)


def serial_missing(view: View, message: Text) -> View:
    """The seal was refused for want of a serial number."""
    foot = tr("Scan it now; none to be found: F8, put it aside")
    panel = Panel(Look.STOP, tr("The serial number is missing"), str(message), foot)
    return replace(view, panel=panel, cue=Cue.WRONG, wants_serial=True)


def _goods_before_serial(view: View) -> View:
    panel = Panel(
        Look.LOOK,
        tr("The goods first"),
        tr("This is no code of goods. A serial number is scanned when everything is in the box."),
        tr("Scan the code of the goods"),
    )
    return replace(view, panel=panel, cue=Cue.LOOK)


def not_sealed(view: View, message: Text, remedy: Text) -> View:
    """Sealing was refused: red, until somebody has put it right and tries again."""
    return replace(trouble(view, message, remedy), unsealed=True)


def reported(view: View, foot: str) -> View:
    """How far the sealed parcel is: only the foot of the green panel changes."""
    if view.panel.look is not Look.DONE:
        return view
    return replace(view, panel=replace(view.panel, foot=foot), cue=None)


def weight_is_off(view: View, weight_g: int) -> View | None:
    """The amber question about a weight that does not fit, or ``None`` when it fits."""
    parcel = view.parcel
    if parcel is None:
        return None
    check = check_weight(weight_g, parcel.expected_weight_g)
    if check.fits or weight_g > parcel.expected_weight_g:
        return None  # the box weighs something too: only too little is suspicious
    line = tr("{n} g less than the goods weigh", n=-check.difference_g)
    likely = _likely_missing(parcel, -check.difference_g)
    if likely:
        line = tr("{line}; perhaps {name} is missing", line=line, name=likely)
    panel = Panel(
        Look.LOOK,
        tr("Too light"),
        line,
        tr("Enter: it is right · Esc: look again"),
        weight_g=weight_g,
        expected_g=parcel.expected_weight_g,
    )
    return replace(view, panel=panel, cue=Cue.LOOK)


def acknowledged(view: View) -> View:
    """Esc on a red or amber panel: back to what is to be done."""
    if view.parcel is None:
        return waiting()
    if view.parcel.done and view.unsealed:
        panel = Panel(
            Look.LOOK,
            tr("Not sealed yet"),
            tr("Everything is in the box, but it was not noted as sent"),
            tr("Enter: try again · F8: put it aside"),
        )
        return replace(view, panel=panel, cue=None)
    if view.parcel.done and view.wants_serial:
        return serial_wanted(view, cue=None)
    if view.parcel.done:
        return complete(view, view.panel.weight_g, cue=None)
    return replace(view, panel=going(view.parcel), cue=None, counting=None)


def held(view: View, code: str, message: Text, remedy: Text) -> View:
    """The parcel was put on hold between its last piece and the seal."""
    hold = HoldCode(code)
    answer = Opened(Verdict.HELD, "", hold=hold, reason=message, remedy=remedy)
    return View(refusals.refused(answer), carrier=view.carrier, cue=Cue.STOP)


def trouble(view: View, message: Text, remedy: Text) -> View:
    """Something that is neither the packer's nor the parcel's fault."""
    panel = Panel(Look.STOP, tr("That did not work"), str(message), str(remedy))
    return replace(view, panel=panel, cue=Cue.WRONG)


def not_reprinted(view: View, message: Text, remedy: Text) -> View:
    """The printer gave no label; a stop that is on the screen stays there."""
    if view.is_stop:
        return view
    panel = Panel(Look.LOOK, tr("No label came out"), str(message), str(remedy))
    return replace(view, panel=panel, cue=Cue.LOOK)


def put_aside(line: Line | None) -> View:
    """The parcel is on hold now; ``line`` is what it lacks."""
    title = tr("Put aside")
    if line is None:
        return View(Panel(Look.LOOK, title, tr("Put it on the hold shelf"), _next_label()))
    what = tr("Missing: {name} {spec}", name=line.item.name, spec=line.item.spec)
    where = tr("Put it on the shelf for missing goods")
    if line.item.bin:
        where = tr("Put it on the shelf for missing goods; look in {bin}", bin=line.item.bin)
    return View(Panel(Look.LOOK, title, what, where), cue=Cue.LOOK)


def picked(view: View, wave: str, count: int) -> View:
    """A pick list was scanned."""
    line = tr("Wave {name}: {n} parcels to pack", name=wave, n=count)
    if view.is_stop:
        return view
    if view.parcel is not None and not view.parcel.done:
        return noted(view, line)
    return View(Panel(Look.DONE, tr("Picked"), line, _next_label()), cue=Cue.LINE)


def paused(view: View) -> View:
    """A break; whatever is scanned next goes on."""
    if view.is_stop:
        return view
    return replace(view, panel=Panel(Look.GO, tr("Paused"), tr("Scan anything to go on")), cue=None)


def noted(view: View, text: str) -> View:
    """A short line at the foot of the panel."""
    if view.is_stop or view.panel.look is Look.LOOK:
        return view
    return replace(view, panel=replace(view.panel, foot=text), cue=None)


def with_parcel(view: View, parcel: OpenParcel) -> View:
    """The same with another count of pieces."""
    return replace(view, parcel=parcel)


def in_order(parcel: OpenParcel) -> list[Line]:
    """The line to scan on top, finished ones sunk."""
    return sorted(parcel.lines, key=lambda line: line.done)


def going(parcel: OpenParcel) -> Panel:
    """The blue panel: what is still to be scanned."""
    title = tr("Go on scanning") if parcel.have else tr("Scan the goods")
    return Panel(
        Look.GO, title, ring=(parcel.have, parcel.need), expected_g=parcel.expected_weight_g
    )


def _next_label() -> str:
    return tr("Scan the next label")


def _likely_missing(parcel: OpenParcel, missing_g: int) -> str:
    """The lightest thing that weighs at least what is missing; the box hides a part of that."""
    heavy = [x.item for x in parcel.lines if x.item.weight_g >= missing_g]
    return min(heavy, key=lambda item: item.weight_g).name if heavy else ""
