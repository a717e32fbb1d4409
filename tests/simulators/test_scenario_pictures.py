"""The drawn pictures of the demo's goods."""

from __future__ import annotations

import itertools

import pytest
from PIL import Image, ImageChops, ImageStat

from app.simulators.goods import DEMO_FOLDER, Goods, load_goods, load_listings

PICTURES = DEMO_FOLDER / "pictures"
LIMIT_BYTES = 25_000
GOODS = load_goods()


def opened(goods: Goods, side: int = 480) -> Image.Image:
    with Image.open(PICTURES / goods.picture) as picture:
        return picture.convert("RGB").resize((side, side))


def difference(a: Image.Image, b: Image.Image) -> float:
    """Root of the mean square difference of two pictures, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(a, b)).rms)


@pytest.mark.parametrize("goods", GOODS, ids=lambda g: g.sku)
def test_every_sku_has_a_small_square_picture(goods: Goods) -> None:
    path = PICTURES / goods.picture
    assert path.stat().st_size < LIMIT_BYTES
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (480, 480))


def test_there_is_no_picture_without_a_sku() -> None:
    assert {path.name for path in PICTURES.iterdir()} == {g.picture for g in GOODS}


def test_every_listing_shows_a_picture_that_exists() -> None:
    assert {x.picture for x in load_listings()} <= {g.picture for g in GOODS}


def test_no_two_skus_look_the_same_at_32_pixels() -> None:
    small = {g.sku: opened(g, 32) for g in GOODS}
    for (a, first), (b, second) in itertools.combinations(small.items(), 2):
        assert difference(first, second) > 3, f"{a} and {b}"


def test_the_two_cups_have_one_shape_and_two_colours() -> None:
    white, black = (opened(g).convert("L") for g in GOODS if g.product == "TB")
    wall = (8, 8, 90, 300)
    assert difference(white.crop(wall), black.crop(wall)) < 12
    glaze = (170, 220, 190, 240)
    assert ImageStat.Stat(white.crop(glaze)).mean[0] > 200
    assert ImageStat.Stat(black.crop(glaze)).mean[0] < 110
