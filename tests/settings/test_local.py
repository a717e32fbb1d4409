from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UserError
from app.settings import LocalSettings, read_local, split_password, with_password, write_local
from app.settings.local import _toml_text


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_local(tmp_path / "settings.toml") == LocalSettings()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    kept = LocalSettings("postgresql+psycopg://u@h/db", "en", '一号台 "A" \\ #')
    write_local(file, kept)
    assert read_local(file) == kept
    assert list(tmp_path.iterdir()) == [file]


def test_keys_of_a_newer_version_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('language = "en"\nfuture = 1\n', encoding="utf-8")
    assert read_local(file).language == "en"


def test_damaged_file_is_said_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("language = ", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_local(file)
    assert caught.value.code == "settings_damaged"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_as_toml(text: str) -> None:
    import tomllib

    assert tomllib.loads(f"x = {_toml_text(text)}")["x"] == text


@pytest.mark.parametrize("password", ["pw", "p@ss:w/rd", "密"])
def test_password_is_taken_out_of_an_address_and_put_back(password: str) -> None:
    whole = with_password("postgresql+psycopg://u@h:5432/db", password)
    assert split_password(whole) == ("postgresql+psycopg://u@h:5432/db", password)


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgresql+psycopg://u@h/db", ""])
def test_address_without_a_password_stays(url: str) -> None:
    assert split_password(url) == (url, "")
    assert with_password(url, "") == url
