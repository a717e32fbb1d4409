from __future__ import annotations

import tomllib
from pathlib import Path

from app.bootstrap import open_services
from app.services.after_sales import approval
from app.settings import read_local
from tests.cli.calling import Shell


def test_every_mistake_of_a_file_is_an_entry(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[sender]\nnme = 'x'\n[[printer]]\nlanguage = 'tspl'\n", encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 1
    assert {"c.toml:2", "c.toml:3"} <= {e["ref"] for e in answer.errors}
    assert "config_unknown_key" in {e["code"] for e in answer.errors}


def test_other_database_is_used_from_then_on(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    other = tmp_path / "other.sqlite3"
    file.write_text(f'[database]\nurl = "sqlite:///{other}"\n', encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.rows == [{"section": "database", "name": "", "result": "changed"}]
    assert other.exists()
    assert shell.json("config", "show").rows[0] == {
        "section": "database",
        "url": f"sqlite:///{other}",
    }
    assert shell.json("config", "apply", str(file)).rows == []


WRONG_PRINTERS = """
[[printer]]
name = "a"
language = "zpl"
address = "tcp://127.0.0.1:9100"
density = 99
[[printer]]
name = "b"
language = "tspl"
address = "serial:/dev/ttyS0?baud=fast"
[[printer]]
name = "c"
language = "tspl"
address = "ipp://127.0.0.1/x"
graphics = "column"
[[printer]]
name = "d"
language = "system"
address = "tcp://127.0.0.1"
[[printer]]
name = "e"
language = "tspl"
address = "tcp://127.0.0.1"
[printer.options]
timeout_s = "x"
cut = 1
"""


def test_what_a_printer_does_not_take_is_named_with_its_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(WRONG_PRINTERS, encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 1
    assert [e["ref"] for e in answer.errors] == [f"c.toml:{n}" for n in (6, 10, 15, 19, 26)]
    assert {e["code"] for e in answer.errors} == {"printer_option", "printer_address"}
    assert answer.errors[0]["remedy"] == "Give a number from 0 to 30."
    assert shell.json("printers", "list", "--no-status").rows == []


def test_queues_of_another_computer_may_stand_in_the_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[[printer]]\nname = "q"\nlanguage = "zpl"\naddress = "queue:Zebra"\n', encoding="utf-8"
    )
    assert shell.json("config", "apply", str(file)).code == 0


PEOPLE = """
[approval]
packer_fen = 500
lead_fen = 20000
[[user]]
name = "wang"
[[user]]
name = "chen"
role = "lead"
display_name = "C"
[[user]]
name = "boss"
role = "owner"
"""


def test_users_of_the_file_may_refund_up_to_the_limit_of_their_role(
    shell: Shell, tmp_path: Path
) -> None:
    def limit_of(name: str) -> int | None:
        services = open_services(shell.data, user=name, keyring_allowed=False)
        try:
            return approval.limit_for(services.work)
        finally:
            services.close()

    assert limit_of("wang") is None  # nobody is entered yet
    file = tmp_path / "c.toml"
    file.write_text(PEOPLE, encoding="utf-8")
    rows = shell.json("config", "apply", str(file)).rows
    assert [r["name"] for r in rows if r["section"] == "user"] == ["wang", "chen", "boss"]
    assert [limit_of(n) for n in ("wang", "chen", "boss", "somebody")] == [500, 20000, None, 500]
    shown = [r for r in shell.json("config", "show").rows if r["section"] == "user"]
    assert {r["name"]: r["role"] for r in shown} == {
        "wang": "packer",
        "chen": "lead",
        "boss": "owner",
    }
    again = shell.json("config", "apply", str(file)).rows
    assert {r["result"] for r in again} == {"same"}
    file.write_text(PEOPLE.replace('role = "owner"', ""), encoding="utf-8")
    shell.json("config", "apply", str(file))
    assert limit_of("boss") == 500
    file.write_text(PEOPLE.replace('"owner"', '"king"'), encoding="utf-8")
    refused = shell.json("config", "apply", str(file))
    assert refused.code == 1
    assert [e["ref"] for e in refused.errors] == ["c.toml:13"]


def test_database_that_does_not_open_is_not_taken(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    url = "postgresql+psycopg://bench:s3cret@127.0.0.1:9/packbench"
    file.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 2
    assert "s3cret" not in answer.out
    assert read_local(shell.data / "settings.toml").database_url == ""
    assert shell.json("orders", "list").code == 0


def test_doctor_on_an_empty_folder_says_what_is_missing(shell: Shell) -> None:
    answer = shell.json("doctor")
    assert answer.code == 1
    rows = {r["what"]: r for r in answer.rows}
    assert rows["Database"]["state"] == "ok"
    assert rows["Sender"]["remedy"]
    assert [e["ref"] for e in answer.errors] == ["Sender"]


def test_upgrade_of_a_new_database_needs_no_copy(shell: Shell) -> None:
    assert shell.json("db", "upgrade").rows == [{"result": "upgraded", "copy": ""}]
    assert shell.json("db", "check").code == 0


def test_what_is_shown_is_written_as_it_is_read(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    sender = 'name="a"\nphone="057180000000"\nprovince="浙江省"\ncity="杭州市"\naddress="b 1"\n'
    limits = "[tracking]\nslow_days = 9\n[approval]\nlead_fen = 100\n"
    file.write_text(f"{limits}[sender]\n{sender}", encoding="utf-8")
    assert shell.json("config", "apply", str(file)).code == 0
    shown = tmp_path / "shown.toml"
    shown.write_text(shell("config", "show").out, encoding="utf-8")
    assert tomllib.loads(shown.read_text(encoding="utf-8"))["tracking"]["slow_days"] == 9
    assert shell.json("config", "apply", str(shown)).code == 0


def test_every_mistake_of_one_account_is_named_with_its_line(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "sf.toml"
    file.write_text(
        '[[carrier]]\nname = "sf"\ncarrier = "sf"\nbase_url = "sfapi"\npartner_id = "p"\n'
        'checkword = "invented"\nmonthly_account = "7551234567"\nsignature = "md55"\n'
        "calls_per_second = -1\n",
        encoding="utf-8",
    )
    answer = shell.json("config", "apply", str(file))
    assert answer.code == 1
    assert [e["ref"] for e in answer.errors] == ["sf.toml:4", "sf.toml:8", "sf.toml:9"]
