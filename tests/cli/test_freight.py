"""Rules, prices and freight from the command line."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from tests.cli.calling import Shell
from tests.services.money.billing import PRICE, csv_file, sent
from tests.support.warehouse import Bench, open_bench

RULES = """
[[rule]]
name = "all by SF"
when = { weight_g_min = 1 }
then = { carrier = "sf" }
"""


def test_rules_are_listed_and_tried(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
        (tmp_path / "prices.toml").write_text(
            PRICE.format(carrier="sf") + PRICE.format(carrier="zto"), encoding="utf-8"
        )
        shell = Shell(bench.folder / "data")
        assert shell.json("config", "apply", str(tmp_path / "prices.toml")).code == 0
        listed = shell.json("rules", "list").rows
        assert [r["position"] for r in listed] == list(range(1, len(listed) + 1))
        assert {"name", "when", "then"} <= set(listed[0])
        rows = shell.json("rules", "try", str(tmp_path / "rules.toml"), "--last", "30").rows
        assert {
            "parcel",
            "order",
            "now",
            "then",
            "reason",
            "fee_fen_now",
            "fee_fen_then",
        } <= set(rows[0])
        changed = shell.json(
            "rules", "try", str(tmp_path / "rules.toml"), "--last", "30", "--changed"
        ).rows
        assert [r for r in rows if r["now"] != r["then"]] == changed != []
        said = shell("rules", "try", str(tmp_path / "rules.toml")).out
        assert "would go otherwise" in said
        assert "yuan then" in said
        assert shell.json("rules", "list").rows == listed
        only_prices = shell.json("rules", "try", str(tmp_path / "prices.toml"), "--last", "30")
        assert [(r["now"], r["then"]) for r in only_prices.rows] == [
            (r["now"], r["now"]) for r in rows
        ]
        (tmp_path / "wrong.toml").write_text(RULES.replace("when", "wenn"), encoding="utf-8")
        wrong = shell.json("rules", "try", str(tmp_path / "wrong.toml"))
        assert (wrong.code, wrong.errors[0]["code"]) == (1, "config_unknown_key")


def test_a_price_table_is_imported_and_a_parcel_quoted(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        shell = Shell(bench.folder / "data")
        file = csv_file(
            tmp_path / "zto.csv",
            [["近", "浙江", "3.2", "0.8"], ["其他", "", "4.5", "1.8"]],
            ("区域", "省份", "首重价", "续重价"),
        )
        tried = shell.json("prices", "import", str(file), "--account", "zto", "--dry-run")
        assert [r["result"] for r in tried.rows] == ["would", "would"]
        said = shell("prices", "import", str(file), "--account", "zto", "--dry-run").out
        assert "nothing was changed" in said
        demo = shell.json("prices", "list").rows
        assert {r["account"] for r in demo} == {"sf", "zto", "yunda"}
        assert shell.json("prices", "import", str(file), "--account", "zto").code == 0
        added = [r for r in shell.json("prices", "list").rows if r not in demo]
        assert [(r["account"], r["first_fen"]) for r in added] == [("zto", 320), ("zto", 450)]
        wrong = shell.json("prices", "import", str(file), "--account", "ztoo")
        assert (wrong.code, wrong.errors[0]["code"]) == (1, "price_account")
        nobody = shell.json("freight", "bills", "--account", "ztoo")
        assert (nobody.code, nobody.errors[0]["code"]) == (1, "no_account")
        parcel = shell.json("parcels", "list", "--limit", "1").rows[0]["id"]
        shown = shell.json("parcels", "show", parcel).rows[0]
        assert {"reason", "trail", "product", "fee_fen", "billed_fen"} <= set(shown)
        quoted = shell.json("waybill", "quote", parcel)
        assert {"asked", "table"} <= {r["source"] for r in quoted.rows}


def test_a_statement_from_import_to_claim(tmp_path: Path) -> None:
    with open_bench(tmp_path, then=Bench.sync) as bench:
        gone = sent(bench)[:3]
        shell = Shell(bench.folder / "data")
        rows = [gone[0].cells(), gone[1].cells(fee="9.00", weight="4"), gone[2].cells(fee="6")]
        file = csv_file(tmp_path / "zto.csv", rows)
        done = shell.json("freight", "import", str(file), "--carrier", "zto").rows[0]
        assert (done["lines"], done["new"], done["again"]) == (3, 3, False)
        assert shell.json("freight", "import", str(file)).rows[0]["again"] is True
        march = ("--from", "2026-03-01", "--to", "2026-03-31")
        report = shell.json("freight", "report", *march).rows
        assert [r["row"] for r in report] == ["carrier", "line", "line"]
        assert report[0]["over_fen"] == 350 + 50
        assert [r["verdict"] for r in report[1:]] == ["weight", "price"]
        out = tmp_path / "claim.xlsx"
        for words in (("report", "--carrier", "ztoo"), ("export", str(out), "--carrier", "ztoo")):
            assert shell.json("freight", *words).errors[0]["code"] == "freight_carrier"
        assert shell.json("freight", "export", str(tmp_path / "claim.doc")).code == 1
        assert shell.json("freight", "export", str(out), *march).rows[0]["lines"] == 2
        assert load_workbook(out).active is not None
        line = report[2]["id"]
        accepted = shell.json("freight", "accept", line, "--why", "ok")
        assert accepted.rows == [{"lines": 1}]
        assert len(shell.json("freight", "report", *march).rows) == 2
        assert len(shell.json("freight", "report", *march, "--all").rows) == 3
        assert shell.json("freight", "accept", line, "--undo").rows == [{"lines": 1}]
        assert shell.json("freight", "accept", "--everything", *march).rows == [{"lines": 2}]
        assert shell.json("freight", "accept").errors[0]["code"] == "usage"
        (statement,) = shell.json("freight", "statements").rows
        assert (statement["name"], statement["lines"]) == ("zto.csv", 3)
        assert "yuan too much" in shell("freight", "report", *march).out
        assert shell.json("freight", "report", "--from", "soon").errors[0]["code"] == "usage"
        bad = shell.json("freight", "import", str(file), "--column", "fees=x")
        assert bad.errors[0]["code"] == "usage"
        bills = shell.json("freight", "bills", "--account", "zto")
        assert (bills.code, bills.rows) == (0, [])
