"""Every sentence a person can see is there in Chinese, and nothing else is."""

from __future__ import annotations

import gettext
import importlib.util
import io
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.domain.text import T, ntr, tr
from app.i18n import CHINESE, ENGLISH, choose_language, compiled_file, install_language
from app.paths import resources


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """``resources/translations/compile.py``."""
    spec = importlib.util.spec_from_file_location(
        "packbench_translations", resources() / "translations" / "compile.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_sentence_is_written_out(tool: ModuleType) -> None:
    """A sentence put together at run time can be neither found nor translated."""
    assert [f"{u.file}:{u.line}" for u in tool.uses() if u.key is None] == []


def test_every_sentence_has_a_chinese_translation(tool: ModuleType) -> None:
    assert [f"{u.file}:{u.line} {u.key[0]}" for u in tool.missing()] == []


def test_no_entry_is_unused(tool: ModuleType) -> None:
    used = {u.key for u in tool.uses()}
    assert [f"{e.file}:{e.line} {e.key[0]}" for e in tool.entries() if e.key not in used] == []


def test_every_entry_is_finished(tool: ModuleType) -> None:
    unfinished = [e for e in tool.entries() if e.fuzzy or not e.translation.strip()]
    assert [f"{e.file}:{e.line} {e.key[0]}" for e in unfinished] == []


def test_translations_have_the_same_places(tool: ModuleType) -> None:
    wrong = [
        f"{e.file}:{e.line} {e.translation}"
        for e in tool.entries()
        if tool.places(e.translation) != tool.places(e.key[1] or e.key[0])
    ]
    assert wrong == []


def test_compiled_file_is_fresh(tool: ModuleType) -> None:
    content = tool.compiled(tool.merged(tool.entries()))
    # Compared before the assertion: a difference of two such files takes minutes to draw.
    fresh = compiled_file(CHINESE).read_bytes() == content
    assert fresh, "run make translations"


PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "{n} parcel"
msgid_plural "{n} parcels"
msgstr[0] "{n} 个包裹"

msgid "Ship {what}"
msgstr "发 {what}"
"""


def test_merged_files_can_be_read_by_gettext(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "one.po").write_text(PO, encoding="utf-8")
    (tmp_path / "two.po").write_text(PO.replace("Ship", "Send"), encoding="utf-8")
    content = tool.compiled(tool.merged(tool.entries(tmp_path)))
    catalogue = gettext.GNUTranslations(io.BytesIO(content))
    assert catalogue.gettext("Ship {what}") == catalogue.gettext("Send {what}") == "发 {what}"
    assert catalogue.ngettext("{n} parcel", "{n} parcels", 7) == "{n} 个包裹"
    assert catalogue.gettext("unknown") == "unknown"


def test_two_files_that_disagree_are_refused(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "one.po").write_text(PO, encoding="utf-8")
    (tmp_path / "two.po").write_text(PO.replace("发 ", "寄 "), encoding="utf-8")
    with pytest.raises(tool.Conflict, match=r"one.po:\d+ and two.po:\d+ differ"):
        tool.merged(tool.entries(tmp_path))


def test_sentences_are_found_in_source(tool: ModuleType) -> None:
    source = "tr('a' 'b', x=1)\nself.tr('c')\nntr('d', 'e', 2)\nT(f'{x}')\nother('f')\nT(x)\n"
    assert [(u.line, u.key) for u in tool.uses_in(source, "x.py")] == [
        (1, ("ab", "")),
        (2, ("c", "")),
        (3, ("d", "e")),
        (4, None),
        (6, None),
    ]


@pytest.mark.parametrize(
    ("asked", "saved", "environment", "chosen"),
    [
        ("", "", "", CHINESE),
        ("en", "zh_CN", "zh_CN", ENGLISH),
        ("", "en", "zh_CN", ENGLISH),
        ("", "", "en_GB.UTF-8", ENGLISH),
        ("", "", "zh-CN", CHINESE),
        ("", "fr", "en", ENGLISH),
        ("fr", "", "", CHINESE),
    ],
)
def test_choice_of_language(asked: str, saved: str, environment: str, chosen: str) -> None:
    assert choose_language(asked, saved, {"PACKBENCH_LANG": environment}) == chosen


def test_chinese_is_spoken_after_installing_it() -> None:
    reason = T("The data folder {folder} cannot be used: {reason}.", folder="D:\\", reason="x")
    install_language(CHINESE)
    assert str(reason) == "数据文件夹 D:\\ 用不了：x。"
    assert tr("no such sentence {x}", x=1) == "no such sentence 1"
    assert ntr("{n} nothing", "{n} nothings", 2) == "2 nothings"
    assert tr("") == ""
    install_language(ENGLISH)
    assert str(reason) == "The data folder D:\\ cannot be used: x."


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        install_language("fr")
