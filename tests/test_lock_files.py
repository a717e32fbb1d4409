"""The lock files: complete, hashed, free of addresses, and in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def _entries(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Every locked requirement with its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    logical = re.sub(r"\\\n\s*", " ", text)
    entries = []
    for line in logical.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        spec, *hashes = line.split(" --hash=")
        entries.append((Requirement(spec.strip()), [h.strip() for h in hashes]))
    return entries


def _project() -> dict[str, list[Requirement]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    return {
        "requirements.txt": [Requirement(r) for r in project["project"]["dependencies"]],
        "requirements-dev.txt": [
            Requirement(r)
            for r in project["project"]["dependencies"] + project["dependency-groups"]["dev"]
        ],
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_address_and_no_option(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith("-")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    entries = _entries(lock)
    assert len(entries) > 30
    for requirement, hashes in entries:
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement.name
        assert hashes, requirement.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement.name


@pytest.mark.parametrize("name", ["pyside6-essentials", "shiboken6"])
def test_qt_is_hashed_for_linux_windows_and_mac(name: str) -> None:
    """One abi3 wheel each for Linux (two), macOS and Windows (two)."""
    hashes = {r.name: h for r, h in _entries("requirements.txt")}
    assert len(hashes[name]) == 5


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_satisfies_the_project_file(lock: str) -> None:
    locked = {canonicalize_name(r.name): str(r.specifier)[2:] for r, _ in _entries(lock)}
    for wanted in _project()[lock]:
        name = canonicalize_name(wanted.name)
        assert name in locked, f"run make lock: {name} is not in {lock}"
        assert wanted.specifier.contains(locked[name]), f"run make lock: {name} {locked[name]}"


def test_both_locks_hold_the_same_versions() -> None:
    runtime = {r.name: str(r.specifier) for r, _ in _entries("requirements.txt")}
    development = {r.name: str(r.specifier) for r, _ in _entries("requirements-dev.txt")}
    assert {n: development.get(n) for n in runtime} == runtime
