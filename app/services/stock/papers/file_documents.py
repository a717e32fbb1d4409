"""What other programs say by file, CSV or JSON, as documents: one number, all of it or nothing.

The columns and the JSON are described in docs/stock-files.md. Reads the file only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from app.domain.errors import UserError
from app.domain.states import PaperState, StockPaper
from app.domain.text import T, Text
from app.services.stock.finding import MOST_PIECES
from app.spreadsheets import read_rows, read_text

DEFAULT_SOURCE = "file"
MOST_LINES = 20_000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "document": ("单号", "单据号", "单据编号", "document number", "number"),
    "kind": ("单据类型", "类型", "document type", "type"),
    "state": ("状态", "单据状态", "status"),
    "source": ("来源", "来源系统"),
    "at": ("时间", "单据时间", "盘点时间", "time"),
    "sku": ("货号", "货品编码", "商品编码", "规格编码", "sku编码", "sku code", "商家编码"),
    "barcode": ("条码", "条形码", "商品条码", "bar code", "ean"),
    "quantity": ("数量", "件数", "实盘数", "库存", "qty"),
    "bin": ("库位", "货位", "移出库位", "location", "from_bin"),
    "to_bin": ("目标库位", "移入库位", "to location"),
    "batch": ("批号", "批次", "批次号"),
    "expires": ("到期日", "有效期至", "到期日期"),
    "note": ("备注", "说明"),
}
KIND_WORDS: Mapping[str, StockPaper] = {
    **{
        kind.value: kind
        for kind in (StockPaper.RECEIPT, StockPaper.ISSUE, StockPaper.TRANSFER, StockPaper.LEVEL)
    },
    "入库": StockPaper.RECEIPT,
    "入库单": StockPaper.RECEIPT,
    "出库": StockPaper.ISSUE,
    "出库单": StockPaper.ISSUE,
    "销售": StockPaper.ISSUE,
    "移库": StockPaper.TRANSFER,
    "移库单": StockPaper.TRANSFER,
    "库存": StockPaper.LEVEL,
    "盘点": StockPaper.LEVEL,
}
STATE_WORDS: Mapping[str, PaperState] = {
    "": PaperState.DONE,
    "done": PaperState.DONE,
    "已完成": PaperState.DONE,
    "open": PaperState.OPEN,
    "在途": PaperState.OPEN,
}
_LENGTHS = {
    "document": 64,
    "document_note": 256,
    "sku": 64,
    "source": 32,
    "bin": 32,
    "to_bin": 32,
    "batch": 64,
    "note": 256,
}
_WHOLE = re.compile(r"-?\d{1,9}(\.0*)?")
_SHOP_TIME = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line as it stands in the file; ``line`` is its row, or its place among the JSON lines."""

    line: int
    sku: str
    quantity: int
    bin: str = ""
    to_bin: str = ""
    batch: str = ""
    expires: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be read."""

    line: int
    sku: str
    message: Text


@dataclass(slots=True)
class FileDocument:
    """All lines of one number and kind. With ``wrong`` lines nothing of it may be booked."""

    kind: StockPaper
    number: str
    source: str
    state: PaperState = PaperState.DONE
    at: datetime | None = None
    note: str = ""
    lines: list[FileLine] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def digest(self) -> str:
        """What the document says, whatever the file's kind and the order of its lines."""
        said = sorted(
            [x.sku, x.quantity, x.bin, x.to_bin, x.batch, x.expires, x.note] for x in self.lines
        )
        at = self.at.isoformat() if self.at else ""
        content = [self.kind, self.number, self.source, self.state, at, said]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The documents of a file, and the lines that belong to none of them."""

    documents: list[FileDocument]
    stray: list[Wrong]


def read_file(file: Path, source: str = "") -> ReadFile:
    """``source`` names the program where the file does not. Raises ``UserError``: see spreadsheets,
    and ``import_json``."""
    if file.suffix.lower() == ".json":
        return _gathered(_json_rows(file), source)
    rows = read_rows(file, COLUMNS, required=("document", "kind", "quantity"))
    return _gathered(enumerate(rows, start=2), source)  # line 1 holds the headings


def _gathered(rows: Iterable[tuple[int, Mapping[str, str]]], source: str) -> ReadFile:
    found: dict[tuple[str, StockPaper, str], FileDocument] = {}
    stray: list[Wrong] = []
    for line, raw in rows:
        row = {name: value.strip() for name, value in raw.items()}
        if not any(row.values()):
            continue
        sku = row.get("sku") or row.get("barcode", "")
        kind = KIND_WORDS.get(row.get("kind", "").lower())
        number = row.get("document", "")
        if kind is None or not number:
            message = (
                T("Line {line} has no document number.", line=line)
                if kind
                else T("Line {line}: “{kind}” is no kind of paper.", line=line, kind=row["kind"])
            )
            stray.append(Wrong(line, sku, message))
            continue
        whose = row.get("source") or source or DEFAULT_SOURCE
        document = found.setdefault(
            (whose, kind, number),
            FileDocument(kind, number, whose, note=row.get("document_note", "")),
        )
        wrong = _add(document, line, sku, row)
        if wrong is not None:
            document.wrong.append(Wrong(line, sku, wrong))
    for document in found.values():
        if len(document.lines) > MOST_LINES:
            message = T("One paper has at most {n} lines.", n=MOST_LINES)
            document.wrong.append(Wrong(document.lines[0].line, "", message))
    return ReadFile(list(found.values()), stray)


def _add(document: FileDocument, line: int, sku: str, row: Mapping[str, str]) -> Text | None:
    """Add the row to its document; a sentence when it cannot be."""
    too_long = next((k for k, most in _LENGTHS.items() if len(row.get(k, "")) > most), None)
    if too_long is not None:
        return T("Line {line}: {column} is too long.", line=line, column=too_long)
    state = STATE_WORDS.get(row.get("state", "").lower())
    if state is None or (state == PaperState.OPEN and document.kind != StockPaper.RECEIPT):
        return T("Line {line}: “{state}” is no state of this paper.", line=line, state=row["state"])
    document.state = state if row.get("state") or not document.lines else document.state
    at = row.get("at", "")
    if at:
        moment = _moment(at)
        if moment is None:
            return T("Line {line}: “{at}” is no time.", line=line, at=at)
        document.at = moment
    if not sku:
        return T("Line {line} has no item code.", line=line)
    quantity = _pieces(row.get("quantity", ""), least=0 if document.kind == StockPaper.LEVEL else 1)
    if quantity is None:
        return T("Line {line}: the quantity is a whole number above zero.", line=line)
    if document.kind == StockPaper.TRANSFER and not row.get("to_bin"):
        return T("Line {line}: a transfer needs the bin it goes to.", line=line)
    places = {k: row.get(k, "") for k in ("bin", "to_bin", "batch", "expires", "note")}
    document.lines.append(FileLine(line, sku, quantity, **places))
    return None


def _pieces(text: str, *, least: int) -> int | None:
    plain = text.replace(",", "").strip()
    if not _WHOLE.fullmatch(plain):
        return None
    pieces = int(float(plain))
    return pieces if least <= pieces <= MOST_PIECES else None


def _moment(text: str) -> datetime | None:
    """ISO 8601; without a zone it is the shop's time, UTC+8."""
    try:
        at = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=_SHOP_TIME)).astimezone(UTC)


def _json_rows(file: Path) -> Iterable[tuple[int, Mapping[str, str]]]:
    """The JSON form as rows with the names of the columns."""
    try:
        content = json.loads(read_text(file), parse_constant=_no_json)
    except (ValueError, RecursionError) as error:
        raise _no_document(file) from error
    whose, documents = "", content
    if isinstance(content, dict):
        whose, documents = content.get("source", ""), content.get("documents")
    if not isinstance(documents, list) or not isinstance(whose, str):
        raise _no_document(file)
    line = 0
    for document in documents:
        lines = document.get("lines") if isinstance(document, dict) else None
        if not isinstance(lines, list) or not all(isinstance(x, dict) for x in lines):
            raise _no_document(file)
        head = {
            "document": _plain(document.get("number")),
            "kind": _plain(document.get("kind")),
            "state": _plain(document.get("state")),
            "at": _plain(document.get("at")),
            "source": _plain(document.get("source")) or whose,
            "document_note": _plain(document.get("note")),
        }
        if not lines:
            line += 1
            yield line, head
        for said in lines:
            line += 1
            names = ("sku", "barcode", "quantity", "bin", "to_bin", "batch", "expires", "note")
            yield line, head | {name: _plain(said.get(name)) for name in names}


def _plain(value: object) -> str:
    """A JSON value as the cell of a table: what is neither text nor number is no value of ours."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return f"?{type(value).__name__}"
    return str(value)


def _no_json(name: str) -> Any:
    raise ValueError(name)


def _no_document(file: Path) -> UserError:
    return UserError(
        "import_json",
        T("{file} is not the JSON of stock papers.", file=file.name),
        T("It must hold documents with lines: see docs/stock-files.md"),
        ref=file.name,
    )
