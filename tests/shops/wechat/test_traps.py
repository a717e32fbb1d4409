"""Every trap that developers of WeChat Store clients reported has a test that guards it.

A test says which one with a comment above it, "trap" and its number in docs/wechat-store.md.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TRAPS = 38
_MARK = re.compile(r"#\s*traps?\s+((?:\d+(?:\s*,\s*)?)+)")


def _guarded() -> dict[int, list[str]]:
    """Trap numbers and the tests whose decorators, name or body lie under their mark."""
    found: dict[int, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        marks = [
            (n, [int(x) for x in re.findall(r"\d+", m.group(1))])
            for n, line in enumerate(text.splitlines(), start=1)
            if (m := _MARK.search(line))
        ]
        if not marks:
            continue
        tests = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        for line, traps in marks:
            owner = next(
                (t for t in tests if t.lineno <= line <= (t.end_lineno or t.lineno)),
                min((t for t in tests if t.lineno > line), key=lambda t: t.lineno, default=None),
            )
            for trap in traps:
                if owner is not None:
                    found.setdefault(trap, []).append(f"{file.name}::{owner.name}")
    return found


def test_every_trap_is_guarded_by_a_test() -> None:
    guarded = _guarded()
    assert [n for n in range(1, TRAPS + 1) if n not in guarded] == []
    assert [n for n in guarded if not 1 <= n <= TRAPS] == []


def test_the_list_of_traps_is_whole() -> None:
    text = (ROOT / "docs/wechat-store.md").read_text(encoding="utf-8")
    listed = [int(n) for n in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)]
    assert listed == list(range(1, TRAPS + 1))
