from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.errors import UserError
from app.paths import DataPaths, data_paths, resources


def test_everything_lies_below_the_chosen_folder(tmp_path: Path) -> None:
    paths = data_paths(tmp_path / "bench")
    assert paths.database == tmp_path / "bench" / "packbench.sqlite3"
    for place in (paths.settings, paths.secrets, paths.log, paths.backups):
        assert place.is_relative_to(paths.root)


def test_without_a_choice_the_user_folder_is_used() -> None:
    assert data_paths().root == Path(os.environ["XDG_DATA_HOME"]) / "packbench"


def test_relative_folder_stays_the_same_after_changing_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert data_paths("bench").root == tmp_path / "bench"


def test_preparing_makes_private_folders_and_may_be_repeated(tmp_path: Path) -> None:
    paths = DataPaths(tmp_path / "deep" / "bench")
    paths.prepare()
    paths.prepare()
    assert paths.secrets.stat().st_mode & 0o777 == 0o700
    assert paths.logs.is_dir()


def test_folder_that_cannot_be_made_is_said_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        DataPaths(tmp_path / "file" / "bench").prepare()
    assert caught.value.code == "data_folder"
    assert "Not a directory" in str(caught.value.message)


def test_resources_are_found() -> None:
    assert (resources() / "fonts").is_dir()
