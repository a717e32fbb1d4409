"""Two computers on one database: the key travels under a passphrase, secrets are everybody's."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from app.bootstrap import adapters
from app.connections import secret_keys
from app.domain.errors import UserError
from app.services import configuring
from app.services.benches import joining, sealing
from app.services.numbers.labelling import label_wave
from app.settings import DATA_KEY, SHARED_KEY, parse_config
from app.store.tables import settings, shared_secrets
from tests.cli.calling import Shell
from tests.support.benches import PASSPHRASE, join, secret_file, services_of, share
from tests.support.warehouse import Bench

CARRIER = "carrier.sf.checkword"


def test_both_work_on_the_same_orders_and_read_what_the_other_sealed(
    first: Bench, a: Shell, b: Shell, url: str
) -> None:
    assert join(b, url, "--bench", "B").rows == [{"result": "joined", "bench": "B", "others": []}]
    with services_of(a.data, first.clock) as at_a, services_of(b.data, first.clock) as at_b:
        here, there = (Bench(s, first.world, first.clock, first.folder) for s in (at_a, at_b))
        assert at_b.work.bench == "B"
        wave = here.wave()
        assert [r.result for r in label_wave(there.work, wave)].count("issued") > 10
        sealed = at_b.work.sealer.seal("余杭区好运路 1 号")
        assert at_a.work.sealer.unseal(sealed) == "余杭区好运路 1 号"
        assert at_a.work.sealer.token("李") == at_b.work.sealer.token("李")
    known = a.json("orders", "list", "--limit", "100").rows
    assert len(known) == 48
    assert b.json("orders", "list", "--limit", "100").rows == known
    assert (
        b.json("stock", "list", "--limit", "100").rows
        == a.json("stock", "list", "--limit", "100").rows
    )
    assert b.json("db", "check").code == 0


def test_what_one_configures_the_other_uses(first: Bench, a: Shell, b: Shell, url: str) -> None:
    join(b, url, "--bench", "B")
    with services_of(a.data, first.clock) as at_a, services_of(b.data, first.clock) as at_b:
        before = at_b.outside.carrier("sf")
        assert at_b.secrets.get(CARRIER) == at_a.secrets.get(CARRIER) != ""
        word = at_a.secrets.get(CARRIER) or ""
        changed = first.world.configuration().replace(word, "another-word")
        config = parse_config(changed.encode(), adapters(), {})
        configuring.apply(at_a.work, at_a.secrets, config)
        assert at_b.secrets.get(CARRIER) == "another-word"
        assert at_b.outside.carrier("sf") is not before
        with at_a.work.db.read() as tx:
            rows = tx.execute(select(shared_secrets.c.name, shared_secrets.c.sealed)).all()
        assert {CARRIER, "shop.shanye.app_secret"} <= {r.name for r in rows}
        assert not any("another-word" in r.sealed for r in rows)
        at_b.secrets.delete(CARRIER)
        assert at_b.secrets.get(CARRIER) is None


def test_what_belongs_to_one_computer_stays_there(
    first: Bench, a: Shell, b: Shell, url: str
) -> None:
    join(b, url)
    with services_of(a.data, first.clock) as at_a, services_of(b.data, first.clock) as at_b:
        at_a.secrets.set("relay.secret", "of-a-alone")
        assert at_b.secrets.get("relay.secret") is None
        assert at_b.secrets.get(SHARED_KEY) == at_a.secrets.get(DATA_KEY)
        assert at_b.secrets.get(DATA_KEY) != at_a.secrets.get(DATA_KEY)


def test_a_secret_of_another_row_is_refused(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock) as at_a:
        with at_a.work.db.write() as tx:
            of_shop = select(shared_secrets.c.sealed).where(
                shared_secrets.c.name == "shop.shanye.app_secret"
            )
            tx.execute(
                update(shared_secrets)
                .where(shared_secrets.c.name == CARRIER)
                .values(sealed=tx.execute(of_shop).scalar_one())
            )
        with pytest.raises(UserError) as caught:
            at_a.secrets.get(CARRIER)
        assert caught.value.code == "secrets_damaged"


def test_who_has_not_joined_is_refused_and_stays_where_he_was(a: Shell, b: Shell, url: str) -> None:
    config = b.data.parent / "b.toml"
    config.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    refused = b.json("config", "apply", str(config))
    assert (refused.code, refused.errors[0]["code"]) == (1, "not_joined")
    assert "db join" in refused.errors[0]["remedy"]
    assert b.json("orders", "list").rows == []


def test_an_older_database_without_a_mark_is_claimed_by_the_right_key_only(
    first: Bench, a: Shell, b: Shell, url: str
) -> None:
    with services_of(a.data, first.clock) as at_a, at_a.work.db.write() as tx:
        tx.execute(delete(settings).where(settings.c.key == joining.CHECK))
    config = b.data.parent / "b.toml"
    config.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    assert b.json("config", "apply", str(config)).errors[0]["code"] == "not_joined"
    assert a.json("orders", "list", "--limit", "1").code == 0
    with services_of(a.data, first.clock) as at_a, at_a.work.db.read() as tx:
        mark = tx.execute(select(settings.c.value).where(settings.c.key == joining.CHECK)).scalar()
    assert mark is not None


def test_wrong_passphrases_are_counted_and_then_refused(
    first: Bench, a: Shell, b: Shell, url: str, tmp_path: Path
) -> None:
    wrong = secret_file(tmp_path / "wrong", "not the right words at all")
    for left in range(joining.MOST_TRIES - 1, -1, -1):
        answer = join(b, url, "--passphrase-file", wrong)
        assert answer.errors[0]["code"] == "passphrase_wrong"
        assert f"Tries left: {left}" in answer.errors[0]["message"]
    answer = join(b, url)
    assert (answer.code, answer.errors[0]["code"]) == (2, "passphrase_tries")
    with services_of(a.data, first.clock) as at_a:
        later = first.clock.now().replace(year=2100)
        assert joining.unwrapped(at_a.work.db, PASSPHRASE, later)
    assert join(b, url).code == 0


def test_another_passphrase_leaves_those_who_joined_alone(
    a: Shell, b: Shell, url: str, tmp_path: Path
) -> None:
    join(b, url)
    other = secret_file(tmp_path / "new", "five other words, all new")
    assert a.json("db", "share", "--passphrase-file", other).errors[0]["code"] == "shared_already"
    assert a.json("db", "share", "--change", "--passphrase-file", other).code == 0
    assert b.json("db", "check").code == 0
    c = Shell(tmp_path / "c")
    assert join(c, url).errors[0]["code"] == "passphrase_wrong"
    assert join(c, url, "--passphrase-file", other).code == 0


def test_leaving_goes_back_to_the_own_file(a: Shell, b: Shell, url: str) -> None:
    join(b, url)
    assert len(b.json("orders", "list", "--limit", "100").rows) == 48
    assert b.json("db", "leave").code == 0
    assert b.json("orders", "list").rows == []
    assert b.json("db", "leave").errors[0]["code"] == "not_on_server"
    assert not any(SHARED_KEY in p.name for p in (b.data / "secrets").iterdir())


def test_leaving_works_while_the_server_is_away(a: Shell, b: Shell, url: str) -> None:
    join(b, url)
    local = b.data / "settings.toml"
    nowhere = local.read_text(encoding="utf-8").replace("127.0.0.1:", "127.0.0.1:1")
    local.write_text(nowhere[: nowhere.index("127.0.0.1")] + '127.0.0.1:1/x"\n', encoding="utf-8")
    assert b.json("db", "leave").code == 0


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("sqlite:///x.sqlite3", "database_address"),
        ("postgresql://127.0.0.1:1/packbench", "database_unreachable"),
        ("not an address", "database_address"),
        ("postgresql://me:secret@127.0.0.1/packbench", "password_on_command_line"),
    ],
)
def test_an_address_that_cannot_be_is_told(b: Shell, address: str, code: str) -> None:
    answer = join(b, address)
    assert answer.errors[0]["code"] == code
    assert "secret" not in answer.out
    assert not (b.data / "settings.toml").exists()


def test_an_empty_database_cannot_be_joined(b: Shell, url: str) -> None:
    assert join(b, url).errors[0]["code"] == "database_empty"


def test_nobody_joins_what_nobody_shares(b: Shell, url: str, tmp_path: Path) -> None:
    a = Shell(tmp_path / "a")
    config = tmp_path / "a.toml"
    config.write_text(f'[database]\nurl = "{url}"\n', encoding="utf-8")
    assert a.json("config", "apply", str(config)).code == 0
    assert join(b, url).errors[0]["code"] == "not_shared_yet"


def test_a_file_cannot_be_shared_and_short_words_guard_nothing(b: Shell, tmp_path: Path) -> None:
    assert share(b).errors[0]["code"] == "not_shared_database"
    with pytest.raises(UserError) as caught:
        sealing.check_strength("short")
    assert caught.value.code == "passphrase_short"


def test_a_wrapped_key_opens_with_its_words_only_and_takes_no_wild_parameters() -> None:
    record = sealing.wrap("the-key", PASSPHRASE)
    assert "the-key" not in str(record)
    assert PASSPHRASE not in str(record)
    assert sealing.unwrap(record, PASSPHRASE) == "the-key"
    with pytest.raises(sealing.WrongPassphraseError):
        sealing.unwrap(record, PASSPHRASE + " ")
    for wild in ({"n": 1 << 30}, {"kdf": "md5"}, {"salt": None}, {"r": "x"}):
        with pytest.raises(UserError) as caught:
            sealing.unwrap({**record, **wild}, PASSPHRASE)
        assert caught.value.code == "key_record_unknown"


def test_no_key_and_no_passphrase_is_in_a_row_or_in_the_log(
    first: Bench, a: Shell, b: Shell, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        join(b, url)
        a.json("db", "share", "--change", "--passphrase-file", secret_file(a.data))
    with services_of(a.data, first.clock) as at_a:
        key = at_a.secrets.get(DATA_KEY) or ""
        with at_a.work.db.read() as tx:
            rows = str(tx.execute(text("SELECT key, value FROM settings")).all())
            rows += str(tx.execute(text("SELECT detail FROM audit")).all())
    said = caplog.text + rows
    assert len(key) > 40
    assert key not in said
    assert PASSPHRASE not in said


def test_share_brings_the_secrets_of_this_computer(first: Bench, a: Shell) -> None:
    with services_of(a.data, first.clock) as at_a:
        with at_a.work.db.write() as tx:
            tx.execute(delete(shared_secrets))
        shared = joining.share(at_a.work, at_a.secrets, secret_keys, PASSPHRASE, change=True)
        assert shared.secrets > 3
