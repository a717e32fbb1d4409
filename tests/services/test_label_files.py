"""Labels that the carrier draws: fetched with the number, kept sealed, printed as they are."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from app.domain.errors import UserError
from app.domain.labels import DrawnLabel, FileLabel
from app.domain.states import ParcelState, Route
from app.services import integrity
from app.services.numbers import boxes, label_files, voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels.parcel_queries import ParcelRow
from app.services.printing import previews, printing
from app.services.printing.label_content import label_by_number
from app.simulators.exchange import Request
from app.simulators.sf.cloud import FILE_PATH
from app.store.tables import label_files as files
from app.store.tables import parcels, printers
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
SF_FILES = f"/sf{FILE_PATH}"
CLOUD_PRINT = "COM_RECE_CLOUD_PRINT_WAYBILLS"


@pytest.fixture
def rows(bench: Bench) -> list[ParcelRow]:
    """Parcels of SF, whose account wants SF's own labels."""
    truth.change_account(bench, "sf", label_source="cloud")
    return truth.ready(bench, Route.DIRECT, "sf")


@pytest.fixture
def row(rows: list[ParcelRow]) -> ParcelRow:
    return rows[0]


def prints(request: Request) -> bool:
    return b"serviceCode=" + CLOUD_PRINT.encode() in request.body


def kept(bench: Bench) -> list[tuple[str, str, bool]]:
    """Kind and paper of every file, and whether it can be read without the key."""
    with bench.work.db.read() as tx:
        found = tx.execute(select(files.c.kind, files.c.media, files.c.content_sealed))
        return [(r.kind, r.media, "JVBER" in r.content_sealed) for r in found]


def test_the_file_comes_with_the_number_and_is_printed_in_every_language(
    bench: Bench, row: ParcelRow
) -> None:
    (issued,) = label_parcels(bench.work, [row.id])
    assert (issued.result, issued.message) == ("issued", None)
    assert kept(bench) == [("pdf", "76x130", False)]
    label = label_by_number(bench.work, issued.waybill)
    assert isinstance(label, FileLabel)
    render = bench.work.outside.stationery.render
    assert render(label, "pdf", "76x130", 8.0) == label.content
    assert issued.waybill.encode() in label.content
    for language in ("escpos", "tspl", "zpl", "cpcl"):
        assert len(render(label, language, "76x130", 8.0)) > 200
    assert Image.open(BytesIO(render(label, "png", "76x130", 8.0))).size == (608, 1040)
    assert previews.label_png(bench.work, row.id) == render(label, "png", "76x130", 8.0)
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    assert truth.parcel(bench, row.id).state == ParcelState.TO_PICK
    assert integrity.check(bench.work).broken == ()


def test_a_reprint_uses_the_kept_file_and_calls_nobody(bench: Bench, row: ParcelRow) -> None:
    (issued,) = label_parcels(bench.work, [row.id])
    printing.print_parcels(bench.work, [row.id])
    calls = dict(bench.world.sf.counts)
    bench.clock.advance(hours=72)  # SF's address has been closed for long
    again = printing.reprint(bench.work, issued.waybill, "torn")
    assert again.result == "printed"
    assert bench.world.sf.counts == calls


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
@pytest.mark.parametrize("where", ["print", "file"])
def test_without_the_file_the_number_stays_and_nothing_is_booked_again(
    bench: Bench, row: ParcelRow, fault: str, where: str
) -> None:
    faults = bench.world.carriers.server.faults
    if where == "print":
        getattr(faults, fault)(truth.SF_PATH, when=prints)
    else:
        getattr(faults, fault)(SF_FILES)
    (first,) = label_parcels(bench.work, [row.id])
    assert (first.result, first.code) == ("failed", "label_file")
    assert first.waybill
    assert first.waybill in str(first.message)
    assert first.remedy is not None
    (unprinted,) = printing.print_parcels(bench.work, [row.id])
    assert (unprinted.result, unprinted.code) == ("failed", "label_file")
    (second,) = label_parcels(bench.work, [row.id])
    assert (second.result, second.waybill) == ("kept", first.waybill)
    assert bench.world.sf.counts[truth.SF_CREATE] == 1
    assert truth.numbers_given(bench, row) == [first.waybill]
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    with bench.work.db.read() as tx:
        failure = select(parcels.c.failure).where(parcels.c.id == row.id)
        assert tx.execute(failure).scalar() is None


def test_one_label_that_is_missing_keeps_no_other_from_the_printer(
    bench: Bench, rows: list[ParcelRow]
) -> None:
    ids = [r.id for r in rows[:3]]
    bench.world.carriers.server.faults.truncate(SF_FILES)
    assert [r.result for r in label_parcels(bench.work, ids)] == ["failed", "issued", "issued"]
    done = printing.print_parcels(bench.work, ids)
    assert [r.result for r in done] == ["failed", "printed", "printed"]


def test_every_box_has_a_file_also_one_that_is_added(bench: Bench, row: ParcelRow) -> None:
    with bench.work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == row.id).values(weight_g=9000))
    boxes.set_count(bench.work, row.id, 2)
    label_parcels(bench.work, [row.id])
    assert len(kept(bench)) == 2
    grown = boxes.add(bench.work, row.id, 1)
    assert grown.warning is None
    assert len(kept(bench)) == 3
    label = label_by_number(bench.work, grown.numbers[2])
    assert isinstance(label, FileLabel)
    assert b"3/3" in label.content
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"


def test_added_boxes_whose_label_does_not_come_say_so(bench: Bench, row: ParcelRow) -> None:
    label_parcels(bench.work, [row.id])
    bench.world.carriers.server.faults.truncate(SF_FILES)
    grown = boxes.add(bench.work, row.id, 1)
    assert len(grown.numbers) == 2
    assert "label is missing" in str(grown.warning)
    assert label_files.fetch(bench.work, grown.numbers[1]) == "76x130"
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"


def test_a_label_for_other_paper_is_refused_and_can_be_fetched_anew(
    bench: Bench, row: ParcelRow
) -> None:
    with bench.work.db.write() as tx:
        for name, stored in tx.execute(select(printers.c.name, printers.c.settings)).all():
            if stored["language"] != "component":
                wide = {**stored, "media": "100x150"}
                tx.execute(update(printers).where(printers.c.name == name).values(settings=wide))
    (issued,) = label_parcels(bench.work, [row.id])
    assert [media for _, media, _ in kept(bench)] == ["100x150"]
    label = label_by_number(bench.work, issued.waybill)
    with pytest.raises(UserError) as caught:
        bench.work.outside.stationery.render(label, "tspl", "76x130", 8.0)
    assert caught.value.code == "label_file_size"
    assert "--media 76x130" in str(caught.value.remedy)
    assert label_files.fetch(bench.work, issued.waybill, "76x130") == "76x130"
    small = label_by_number(bench.work, issued.waybill)
    assert bench.work.outside.stationery.render(small, "tspl", "76x130", 8.0)


def test_an_account_that_draws_here_again_needs_no_file(bench: Bench, row: ParcelRow) -> None:
    bench.world.carriers.server.faults.bad_gateway(truth.SF_PATH, when=prints)
    (first,) = label_parcels(bench.work, [row.id])
    assert first.code == "label_file"
    truth.change_account(bench, "sf", label_source="drawn")
    assert isinstance(label_by_number(bench.work, first.waybill), DrawnLabel)
    (printed,) = printing.print_parcels(bench.work, [row.id])
    assert printed.result == "printed"
    with pytest.raises(UserError) as caught:
        label_files.fetch(bench.work, first.waybill)
    assert caught.value.code == "not_the_carriers"


def test_a_cancelled_number_takes_its_file_along_and_the_next_has_its_own(
    bench: Bench, row: ParcelRow
) -> None:
    from app.services.telling import outbox

    (first,) = label_parcels(bench.work, [row.id])
    voiding.cancel_waybill(bench.work, first.waybill)
    outbox.drain(bench.work)
    (second,) = label_parcels(bench.work, [row.id])
    assert second.result == "issued"
    label = label_by_number(bench.work, second.waybill)
    assert isinstance(label, FileLabel)
    assert second.waybill.encode() in label.content
    with bench.work.db.read() as tx:
        assert tx.execute(select(func.count()).select_from(files)).scalar_one() == 2


def test_other_carriers_are_drawn_here_as_always(bench: Bench, rows: list[ParcelRow]) -> None:
    assert rows
    other = truth.ready(bench, Route.DIRECT, "zto")[0]
    (issued,) = label_parcels(bench.work, [other.id])
    assert issued.result == "issued"
    assert isinstance(label_by_number(bench.work, issued.waybill), DrawnLabel)
    assert kept(bench) == []
