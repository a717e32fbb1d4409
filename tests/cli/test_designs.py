"""``designs``: listed, copied, taken out as a file, read back, checked and chosen."""

from __future__ import annotations

from pathlib import Path

from tests.cli.calling import Shell


def test_a_design_goes_out_as_a_file_and_comes_back(shell: Shell, tmp_path: Path) -> None:
    rows = shell.json("designs", "list").rows
    assert len(rows) == 12
    assert all(r["active"] and not r["own"] for r in rows)
    copy = shell.json("designs", "copy", "zto-76x130", "我的中通").rows[0]["design"]
    for name in ("mine.toml", "mine.json"):
        file = tmp_path / name
        assert shell.json("designs", "export", copy, str(file)).code == 0
        text = file.read_text(encoding="utf-8").replace("{company}", "山野 {company}")
        file.write_text(text, encoding="utf-8")
        back = shell.json("designs", "import", str(file), "--title", name)
        assert back.code == 0
        code = back.rows[0]["design"]
        shown = shell.json("designs", "show", code, "--png", str(tmp_path / "a.png"))
        assert any(r.get("text") == "山野 {company}" for r in shown.rows)
        assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    over = shell.json("designs", "import", str(tmp_path / "mine.toml"), "--over", copy)
    assert over.rows[0]["design"] == copy
    assert shell.json("designs", "choose", copy).code == 0
    listed = {r["design"]: r for r in shell.json("designs", "list").rows}
    assert listed[copy]["active"]
    assert listed[copy]["revision"] == 2
    assert not listed["zto-76x130"]["active"]
    assert shell.json("designs", "reset", copy).rows == [{"design": copy, "revision": 3}]
    assert shell.json("designs", "delete", copy).code == 0
    assert copy not in {r["design"] for r in shell.json("designs", "list").rows}


def test_check_names_the_element_and_its_place(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "narrow.toml"
    shell.json("designs", "export", "sf-76x130", str(file))
    text = file.read_text(encoding="utf-8")
    lines = [
        line.replace("width = 70", "width = 12") if '"code"' in line and "barcode" in line else line
        for line in text.splitlines()
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    code = shell.json("designs", "import", str(file)).rows[0]["design"]
    found = shell.json("designs", "check", code).rows
    assert {"code_too_long", "element_missing"} <= {r["code"] for r in found}
    (row,) = [r for r in found if r["code"] == "code_too_long"]
    assert row["element"] == "code"
    assert row["place_mm"][2] == 12


def test_broken_file_is_told_with_the_place_of_the_mistake(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    shell.json("designs", "export", "sf-76x130", str(file))
    file.write_text(
        file.read_text(encoding="utf-8").replace('kind = "party"', 'kind = "partei"', 1),
        encoding="utf-8",
    )
    result = shell.json("designs", "import", str(file))
    assert result.code == 1
    (error,) = result.errors
    assert error["code"] == "design_wrong"
    assert error["ref"] == "receiver"
    assert shell.json("designs", "import", str(tmp_path / "none.toml")).errors[0]["code"] == (
        "file_unreadable"
    )
    (tmp_path / "bin.toml").write_bytes(b"\xff\xfe\x00")
    assert shell.json("designs", "import", str(tmp_path / "bin.toml")).code == 1
    assert shell.json("designs", "show", "moon").errors[0]["code"] == "no_such_design"
    assert shell.json("designs", "delete", "sf-76x130").errors[0]["code"] == "design_standard"
