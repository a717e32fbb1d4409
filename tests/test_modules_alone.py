"""Every module can be the first one that is imported: a command loads no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_EACH_ALONE = """
import importlib, sys
wrong = []
for name in sys.argv[1:]:
    for known in [m for m in sys.modules if m.startswith("app.services")]:
        del sys.modules[known]
    try:
        importlib.import_module(name)
    except ImportError as error:
        wrong.append(f"{name}: {error}")
sys.stdout.write("\\n".join(wrong))
"""


def test_every_service_can_be_imported_first() -> None:
    files = sorted((ROOT / "app" / "services").rglob("*.py"))
    names = [".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files]
    modules = [name.removesuffix(".__init__") for name in names]
    done = subprocess.run(
        [sys.executable, "-c", _EACH_ALONE, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert (done.returncode, done.stdout) == (0, "")
