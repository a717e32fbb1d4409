"""Compiles the translations, and compares them with the sentences of the source.

    python resources/translations/compile.py            write zh_CN/LC_MESSAGES/packbench.mo
    python resources/translations/compile.py --check    fail when that file is stale
    python resources/translations/compile.py --missing  print what has no translation, as .po

Every area of the program has a .po file of its own; they are merged here. The result depends on
nothing but the .po files. Needs babel (a development dependency); running Packbench does not.
"""

from __future__ import annotations

import ast
import io
import string
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SOURCES = ("main.py", "app", "ui", "printing")
NOT_SOURCES = ("app/domain/text.py",)  # passes sentences on
FUNCTIONS = {"T": 1, "tr": 1, "ntr": 2}
HEADER = (
    "Language: zh_CN\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=1; plural=0;\n"
)

Key = tuple[str, str]  # the sentence, and its plural or ""


@dataclass(frozen=True, slots=True)
class Use:
    """A sentence in the source. ``key`` is ``None`` where it is not written out."""

    file: str
    line: int
    key: Key | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A translation. ``file`` and ``line`` are those of the .po file."""

    file: str
    line: int
    key: Key
    translation: str
    fuzzy: bool


class Conflict(ValueError):  # noqa: N818 - its name says what it is
    """Two .po files translate one sentence differently."""


def uses(root: Path = ROOT) -> Iterator[Use]:
    """Every call of ``T``, ``tr`` and ``ntr``."""
    for source in SOURCES:
        start = root / source
        files = [start] if start.is_file() else sorted(start.rglob("*.py"))
        for file in files:
            name = file.relative_to(root).as_posix()
            if name not in NOT_SOURCES:
                yield from uses_in(file.read_text(encoding="utf-8"), name)


def uses_in(source: str, name: str) -> Iterator[Use]:
    for node in ast.walk(ast.parse(source, name)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if called not in FUNCTIONS:
            continue
        texts = [
            a.value
            for a in node.args[: FUNCTIONS[called]]
            if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        complete = len(texts) == FUNCTIONS[called]
        key = (texts[0], texts[1] if len(texts) > 1 else "") if complete else None
        yield Use(name, node.lineno, key)


def entries(folder: Path = HERE / "zh_CN") -> list[Entry]:
    """Every entry of every .po file of ``folder``."""
    found = []
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as content:
            catalog = read_po(content, locale="zh_CN", abort_invalid=True)
        for message in catalog:
            if not message.id:
                continue
            singular, plural = _one_or_two(message.id)
            translation, _ = _one_or_two(message.string or "")
            key = (singular, plural)
            found.append(Entry(file.name, message.lineno or 0, key, translation, message.fuzzy))
    return found


def _one_or_two(text: str | list[str] | tuple[str, ...]) -> tuple[str, str]:
    if isinstance(text, str):
        return text, ""
    return text[0], text[1] if len(text) > 1 else ""


def merged(found: list[Entry]) -> dict[Key, str]:
    """The translations by sentence. Raises ``Conflict``."""
    conflicts, translations = reconciled(found)
    if conflicts:
        raise Conflict("\n".join(conflicts))
    return translations


def reconciled(found: list[Entry]) -> tuple[list[str], dict[Key, str]]:
    """The conflicts between the files, and the translations with the first of two taken."""
    conflicts = []
    kept: dict[str, Entry] = {}
    for entry in found:
        if not entry.translation or entry.fuzzy:
            continue
        first = kept.setdefault(entry.key[0], entry)
        if first.translation != entry.translation or first.key != entry.key:
            conflicts.append(
                f"{first.file}:{first.line} and {entry.file}:{entry.line} differ "
                f"about “{entry.key[0]}”"
            )
    return conflicts, {e.key: e.translation for e in kept.values()}


def compiled(translations: dict[Key, str]) -> bytes:
    """A GNU .mo file, little endian, sorted, without a hash table."""
    pairs = [(b"", HEADER.encode())]
    for (singular, plural), text in translations.items():
        msgid = f"{singular}\0{plural}" if plural else singular
        pairs.append((msgid.encode(), text.encode()))
    pairs.sort()
    count = len(pairs)
    offset = 28 + 16 * count
    tables, strings = io.BytesIO(), io.BytesIO()
    for column in (0, 1):
        for pair in pairs:
            tables.write(struct.pack("<II", len(pair[column]), offset + strings.tell()))
            strings.write(pair[column] + b"\0")
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + tables.getvalue() + strings.getvalue()


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def missing() -> list[Use]:
    """The first use of every sentence that has no translation."""
    _, known = reconciled(entries())
    first: dict[Key, Use] = {}
    for use in uses():
        if use.key is not None and use.key not in known:
            first.setdefault(use.key, use)
    return list(first.values())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def as_po(use: Use) -> str:
    """An empty entry for ``use``."""
    singular, plural = use.key or ("", "")
    lines = [f"#: {use.file}:{use.line}", f"msgid {_quoted(singular)}"]
    lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""'] if plural else ['msgstr ""']
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["--missing"]:
        print("\n".join(as_po(use) for use in missing()))
        return 0
    conflicts, translations = reconciled(entries())
    for conflict in conflicts:
        print(f"translations: {conflict}", file=sys.stderr)
    content = compiled(translations)
    target = HERE / "zh_CN" / "LC_MESSAGES" / "packbench.mo"
    if arguments == ["--check"]:
        if not conflicts and target.is_file() and target.read_bytes() == content:
            print("translations: compiled file is up to date")
            return 0
        print("translations: the compiled file is stale; run make translations", file=sys.stderr)
        return 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
