"""``demo --headless``: the whole path without a window, and the files that prove it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bootstrap import Services
from app.cli.result import Column, CommandResult, ErrorRow
from app.demo.path import PathResult, run_path
from app.demo.stage import Stage, demo_scenario, open_stage
from app.demo.verdict import Check, judge
from app.domain.labels import PlatformLabel
from app.domain.states import ParcelState
from app.domain.text import T, Text, tr
from app.services.orders import queries
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.printing.label_content import label_by_number
from app.services.tracking import on_demand, views

_LEFT = {ParcelState.SHIPPED, ParcelState.DELIVERED}
DrawScreens = Callable[[Services, Path], list[Path]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The flags of the command."""

    orders: int | None
    seed: int | None
    out: Path | None


def run_headless(wanted: Wanted, draw_screens: DrawScreens) -> CommandResult:
    """Run everything to the end; exit status 0 only when every order went out right."""
    began = time.monotonic()
    out = wanted.out or Path(tempfile.mkdtemp(prefix="packbench-demo-"))
    out.mkdir(parents=True, exist_ok=True)
    paper = _empty(out / "printers")
    scenario = demo_scenario(wanted.seed, wanted.orders, datetime.now(UTC))
    with (
        tempfile.TemporaryDirectory(prefix="packbench-") as data,
        open_stage(scenario, Path(data), paper) as stage,
    ):
        path = run_path(stage.services.work, _say)
        _say(T("Asking the carriers where the parcels are"))
        _travel(stage, path)
        _say(T("Checking what the shops and the printers saw"))
        checks = judge(stage, paper)
        _write_labels(stage, out / "labels.pdf")
        _say(T("Drawing the screens"))
        screens = draw_screens(stage.services, _empty(out / "screens"))
        rows = _rows(stage)
    seconds = time.monotonic() - began
    report = _report(rows, path, checks, seconds)
    (out / "report.json").write_text(
        json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return _result(rows, checks, screens, out, seconds)


def _travel(stage: Stage, path: PathResult) -> None:
    """Let the parcels go some of their way, and ask about all of them."""
    work = stage.services.work
    stage.world.travels().scatter()
    found = on_demand.look(work, views.track_ids(work, views.TrackFilter()))
    path.counts["track"] = sum(bool(x.events) for x in found)


def _say(sentence: Text) -> None:
    sys.stderr.write(f"· {sentence}\n")
    sys.stderr.flush()


def _empty(folder: Path) -> Path:
    """``folder`` without the pictures of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.rglob("*.png"):
        old.unlink()
    return folder


def _write_labels(stage: Stage, file: Path) -> None:
    """One PDF, one page for each label that the shop's component does not draw."""
    work = stage.services.work
    numbers = [row.waybill for row in parcel_rows(work, parcel_ids(work)) if row.waybill]
    labels = (label_by_number(work, number) for number in numbers)
    drawn = [label for label in labels if not isinstance(label, PlatformLabel)]
    file.write_bytes(work.outside.stationery.labels_pdf(drawn, "76x130"))


def _rows(stage: Stage) -> list[dict[str, Any]]:
    work = stage.services.work
    parcels = {p.id: p for p in parcel_rows(work, parcel_ids(work))}
    ids = queries.order_ids(work, queries.OrderFilter(sort="paid", descending=False))
    return [_row(row, [parcels[p] for p in row.parcels]) for row in queries.order_rows(work, ids)]


def _row(row: queries.OrderRow, boxes: list[ParcelRow]) -> dict[str, Any]:
    if row.holds and not any(b.state in _LEFT for b in boxes):
        outcome, why = "held", ", ".join(row.holds)
    elif boxes and all(b.state in _LEFT for b in boxes):
        outcome, why = "shipped", ""
    elif not boxes:
        outcome, why = "not_ours", row.flow if row.flow != "parcel" else row.status
    else:
        outcome, why = "waiting", row.stage
    return {
        "order_id": row.order_id,
        "shop": row.shop,
        "outcome": outcome,
        "carrier": row.carrier,
        "waybill": " ".join(b.waybill for b in boxes if b.waybill),
        "why": why,
        "holds": list(row.holds),
        "parcels": [b.id for b in boxes],
    }


def _report(
    rows: list[dict[str, Any]], path: PathResult, checks: list[Check], seconds: float
) -> dict[str, Any]:
    return {
        "ok": all(c.ok for c in checks),
        "seconds": round(seconds, 2),
        "orders": rows,
        "counts": path.counts,
        "step_seconds": {k: round(v, 3) for k, v in path.seconds.items()},
        "troubles": [
            {"step": t.step, "ref": t.ref, "code": str(t.code), "message": str(t.message)}
            for t in path.troubles
        ],
        "checks": [
            {"name": c.name, "sentence": str(c.sentence), "ok": c.ok, "wrong": list(c.wrong)}
            for c in checks
        ],
    }


def _columns() -> tuple[Column, ...]:
    return (
        Column("order_id", tr("Order")),
        Column("shop", tr("Shop")),
        Column("outcome", tr("Outcome")),
        Column("carrier", tr("Carrier")),
        Column("waybill", tr("Waybill")),
        Column("why", tr("Why")),
    )


def _result(
    rows: list[dict[str, Any]],
    checks: list[Check],
    screens: list[Path],
    out: Path,
    seconds: float,
) -> CommandResult:
    errors = [
        ErrorRow(
            f"demo_{c.name}",
            tr("This did not hold: {what}", what=c.sentence),
            tr("See {file}: {first}", file=out / "report.json", first=c.wrong[0]),
            c.name,
        )
        for c in checks
        if not c.ok
    ]
    shipped = sum(r["outcome"] == "shipped" for r in rows)
    held = sum(r["outcome"] == "held" for r in rows)
    summary = tr(
        "{shipped} shipped, {held} held, {others} not ours, in {seconds} s. "
        "{screens} pictures, labels and report: {out}",
        shipped=shipped,
        held=held,
        others=len(rows) - shipped - held,
        seconds=f"{seconds:.0f}",
        screens=len(screens),
        out=out,
    )
    return CommandResult(rows, errors, _columns(), summary, done=0, exit_status=1 if errors else 0)
