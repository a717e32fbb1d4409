"""Pictures of listings: kept once, only from safe addresses, only real pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.errors import PackbenchError
from app.domain.pictures import MOST_BYTES
from app.jobs import Cancelled, CancelToken
from app.services.listings import pictures, pulling
from app.simulators.exchange import Response
from app.store.tables import skus
from tests.services.goods import SHANYE, TEA, TEA_CODE, TEA_SKU, change_listing, row
from tests.support.warehouse import Bench

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def pulled(bench: Bench) -> Bench:
    pulling.pull(bench.work, SHANYE)
    with bench.work.db.write() as tx:
        tx.execute(update(skus).values(picture=""))
    return bench


def picture_of(bench: Bench, code: str) -> str:
    with bench.work.db.read() as tx:
        return str(tx.execute(select(skus.c.picture).where(skus.c.code == code)).scalar_one())


def test_a_picture_is_fetched_once_and_kept(pulled: Bench, tmp_path: Path) -> None:
    url = row(pulled, TEA, TEA_SKU).image_url
    file = pictures.fetch(pulled.work, tmp_path / "p", SHANYE, url)
    assert file.read_bytes().startswith(PNG)
    assert file.suffix == ".png"
    assert pictures.fetch(pulled.work, tmp_path / "p", SHANYE, url) == file
    assert pictures.cached(tmp_path / "p", url) == file
    assert [f.name for f in (tmp_path / "p").iterdir()] == [file.name]


def test_items_without_a_picture_borrow_that_of_their_listing(
    pulled: Bench, tmp_path: Path
) -> None:
    with pulled.work.db.write() as tx:
        tx.execute(update(skus).where(skus.c.code == "CP-60").values(picture="own.png"))
    done = pictures.fetch_missing(pulled.work, tmp_path)
    assert done.fetched > 5
    assert done.failed == 0
    assert picture_of(pulled, "CP-60") == "own.png"
    key = picture_of(pulled, TEA_CODE)
    assert key == pictures.key_of(row(pulled, TEA, TEA_SKU).image_url)
    assert (tmp_path / f"{key}.png").is_file()
    assert pictures.fetch_missing(pulled.work, tmp_path).fetched == 0
    # Another bench on the same database has no files yet.
    other = pictures.fetch_missing(pulled.work, tmp_path / "other")
    assert other.fetched == done.fetched


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.png",
        "http://127.0.0.1:1/a.png",
        "file:///etc/hostname",
        "https://user:secret@example.com/a.png",
        "https://",
        "ftp://example.com/a.png",
        "no address",
    ],
)
def test_an_address_that_is_not_safe_is_not_called(pulled: Bench, tmp_path: Path, url: str) -> None:
    with pytest.raises(PackbenchError) as caught:
        pictures.fetch(pulled.work, tmp_path, SHANYE, url)
    assert caught.value.code == "no_picture"
    assert "secret" not in str(caught.value)
    assert list(tmp_path.glob("web-*")) == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response(200, b"<html>sold out</html>", "image/png"), "no_picture"),
        (Response(200, b"", "image/png"), "no_picture"),
        (Response(404, b"", "text/plain"), "no_picture"),
        (Response(302, PNG, "image/png"), "no_picture"),
        (Response(502, PNG, "image/png"), "picture_later"),
        (Response(200, PNG + b"x" * MOST_BYTES, "image/png"), "no_picture"),
    ],
)
def test_what_is_no_picture_is_not_kept(
    pulled: Bench, tmp_path: Path, answer: Response, code: str
) -> None:
    url = row(pulled, TEA, TEA_SKU).image_url
    pulled.world.wechat.faults.answer("/pictures", answer)
    with pytest.raises(PackbenchError) as caught:
        pictures.fetch(pulled.work, tmp_path, SHANYE, url)
    assert caught.value.code == code
    assert list(tmp_path.glob("*web-*")) == []
    assert pictures.fetch(pulled.work, tmp_path, SHANYE, url).is_file()


def test_one_bad_picture_does_not_stop_the_others(pulled: Bench, tmp_path: Path) -> None:
    change_listing(pulled, "10000154820274", "3616331033", image_url="http://example.com/a.png")
    done = pictures.fetch_missing(pulled.work, tmp_path)
    assert done.failed == 1
    assert done.fetched > 5
    assert picture_of(pulled, "CP-60") == ""


def test_fetching_can_be_stopped(pulled: Bench, tmp_path: Path) -> None:
    token = CancelToken()
    with pytest.raises(Cancelled):
        pictures.fetch_missing(
            pulled.work, tmp_path, cancel=token, progress=lambda _step: token.cancel()
        )
    assert len(list(tmp_path.glob("web-*"))) == 1
