"""Recorded vectors, requests and answers of the carriers, and the moment the tests play at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NOW_S = 1767225600.0
DATA = Path(__file__).parents[1] / "data" / "carriers"


def vectors(algorithm: str) -> list[dict[str, Any]]:
    """The recorded vectors of one algorithm."""
    everything = json.loads((DATA / "vectors.json").read_text("utf-8"))["vectors"]
    return [v for v in everything if v["algorithm"] == algorithm]


def sample(name: str) -> Any:
    """A recorded request or answer."""
    return json.loads((DATA / "samples" / name).read_text("utf-8"))


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
