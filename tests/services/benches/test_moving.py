"""From the file of one computer to a server: every row, compared; until the end the file counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Update, func, insert, inspect, select, text, update

from app.bootstrap import Folder, open_folder
from app.connections import secret_keys
from app.domain.errors import PackbenchError, UserError
from app.jobs import Cancelled, CancelToken, Step
from app.services.benches import changing, moving, shared_secrets
from app.services.benches.moving import Moved
from app.store import copying, word_index
from app.store.engine import Database, sqlite_url
from app.store.schema import upgrade
from app.store.tables import audit, orders, settings, skus, stock_balances
from tests.cli.calling import Shell
from tests.support.benches import services_of
from tests.support.logs import ExpectedLogs
from tests.support.warehouse import Bench, open_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path / "a", then=Bench.sync) as opened:
        yield opened


def _folder(bench: Bench) -> Folder:
    bench.services.close()
    return open_folder(bench.services.paths.root, alone=True, keyring_allowed=False)


def _move(bench: Bench, url: str, **wanted: object) -> Moved:
    with closing(_folder(bench)) as folder:
        return moving.move(folder, url, "", secret_keys, **wanted)  # type: ignore[arg-type]  # the test's own keywords


def _still_here(bench: Bench) -> None:
    """The file is the database, with everything in it."""
    with services_of(bench.services.paths.root, bench.clock) as again, again.work.db.read() as tx:
        assert again.work.db.is_sqlite
        assert tx.execute(select(func.count()).select_from(orders)).scalar() == 48


def test_everything_is_there_and_the_same(bench: Bench, url: str) -> None:
    bench.labelled_wave()
    seen: list[Step] = []
    moved = _move(bench, url, progress=seen.append)
    assert all(t.same and t.rows == t.copied for t in moved.tables)
    by_name = {t.name: t.rows for t in moved.tables}
    assert by_name["orders"] == 48
    assert by_name["waybills"] > 10
    assert not {"leases", "benches"} & set(by_name)
    assert seen[-1].done == seen[-1].total == 2 * sum(by_name.values())
    assert moved.secrets > 3
    root = bench.services.paths.root
    assert moved.kept is not None
    assert moved.kept.parent == root
    assert not (root / "packbench.sqlite3").exists()
    assert "db leave --old-file" in moved.kept.with_suffix(".txt").read_text(encoding="utf-8")
    with services_of(root, bench.clock) as there:
        assert not there.work.db.is_sqlite
        with there.work.db.read() as tx:
            wrong = select(stock_balances.c.sku_id).where(
                stock_balances.c.available != stock_balances.c.on_hand - stock_balances.c.allocated
            )
            assert tx.execute(wrong).all() == []
            words = select(func.count()).select_from(text(word_index.TABLE))
            assert tx.execute(words).scalar() == 48
            last = tx.execute(select(func.max(audit.c.id))).scalar_one()
            mark = tx.execute(select(settings.c.value).where(settings.c.key == "moved_from"))
            assert mark.scalar_one()["done"] is True
        other = Bench(there, bench.world, bench.clock, bench.folder)
        other.sync()  # counters go on behind the rows that were brought
        with there.work.db.write() as tx:
            tx.execute(insert(audit).values(at=there.work.now(), user="u", bench="b", action="x"))
            assert tx.execute(select(func.max(audit.c.id))).scalar_one() > last


def test_looking_first_changes_nothing(bench: Bench, url: str) -> None:
    moved = _move(bench, url, dry_run=True)
    assert {t.name: t.rows for t in moved.tables}["orders"] == 48
    _still_here(bench)
    with closing(Database(url)) as db, db.read() as tx:
        assert inspect(tx).get_table_names() == []


def test_only_into_an_empty_database(bench: Bench, url: str) -> None:
    with closing(Database(url)) as db:
        with db.write() as tx:
            tx.execute(text("CREATE TABLE of_another_program (id integer)"))
        with pytest.raises(UserError) as caught:
            _move(bench, url)
        assert caught.value.code == "database_not_empty"
        with db.write() as tx:
            tx.execute(text("DROP TABLE of_another_program"))
        upgrade(db)
        with db.write() as tx:
            tx.execute(insert(settings).values(key="sender", value={"name": "山野集"}))
        with pytest.raises(UserError) as caught:
            _move(bench, url)
        assert caught.value.ref == "settings"
    _still_here(bench)


def test_not_while_a_window_is_open(bench: Bench, url: str) -> None:
    answer = Shell(bench.services.paths.root).json("db", "move", url)
    assert (answer.code, answer.errors[0]["code"]) == (2, "folder_in_use")


def test_stopped_in_the_middle_and_done_again(bench: Bench, url: str) -> None:
    token = CancelToken()

    def stop(step: Step) -> None:
        if step.ref == "orders":
            token.cancel()

    with pytest.raises(Cancelled):
        _move(bench, url, progress=stop, cancel=token)
    _still_here(bench)
    assert all(t.same for t in _move(bench, url).tables)


@pytest.mark.parametrize("step", ["proved", "brought", "used", "put away"])
def test_ended_at_any_step_the_old_one_or_the_new_one_is_whole(
    bench: Bench, url: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program dies before this step, and is started again."""
    places: dict[str, tuple[object, str]] = {
        "proved": (moving, "_prove"),
        "brought": (shared_secrets, "bring"),
        "used": (changing, "use"),
        "put away": (moving, "_put_away"),
    }

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*places[step], die)
        with pytest.raises(KeyboardInterrupt):
            _move(bench, url)
    if step == "put away":
        with services_of(bench.services.paths.root, bench.clock) as there:
            assert not there.work.db.is_sqlite
        return
    _still_here(bench)
    assert all(t.same for t in _move(bench, url).tables)


def test_a_half_move_of_another_folder_is_not_taken_away(
    bench: Bench, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_prove", die)
        with pytest.raises(KeyboardInterrupt):
            _move(bench, url)
    other = tmp_path / "b" / "data"
    with services_of(other, bench.clock):
        pass
    assert Shell(other).json("db", "move", url).errors[0]["code"] == "database_not_empty"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda: update(skus).values(name="长" * 400), "skus.name"),
        (lambda: update(skus).values(name="a\x00b"), "skus.name"),
        (lambda: update(stock_balances).values(defective=2**40), "stock_balances.defective"),
    ],
)
def test_what_a_server_cannot_keep_is_named(
    bench: Bench,
    url: str,
    change: Callable[[], Update],
    column: str,
    expected_logs: ExpectedLogs,
) -> None:
    with bench.work.db.write() as tx:
        tx.execute(change())
    expected_logs.allow("psycopg")  # it ends its pipeline with a word
    # Not through ``move``, which would find the books wrong first.
    with (
        closing(Database(sqlite_url(bench.services.paths.database))) as file,
        closing(Database(url)) as server,
    ):
        upgrade(server)
        with file.read() as old, server.write() as new, pytest.raises(UserError) as caught:
            copying.copy_rows(old, new, lambda *_: None)
    assert (caught.value.code, caught.value.ref) == ("row_refused", column)


def test_a_copy_that_differs_is_told(bench: Bench, url: str) -> None:
    """A trigger on the server changes what is stored."""
    with closing(Database(url)) as db:
        upgrade(db)
        with db.write() as tx:
            tx.execute(text(_MEDDLING))
            tx.execute(
                text("CREATE TRIGGER m BEFORE INSERT ON skus FOR EACH ROW EXECUTE FUNCTION m()")
            )
    with pytest.raises(UserError) as caught:
        _move(bench, url)
    assert (caught.value.code, caught.value.ref) == ("copy_differs", "skus")
    _still_here(bench)


_MEDDLING = (
    "CREATE FUNCTION m() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN NEW.name := NEW.name || ' '; RETURN NEW; END $$"
)


def test_a_file_that_is_not_sound_stays_where_it_is(bench: Bench, url: str) -> None:
    with bench.work.db.write() as tx:
        tx.execute(update(stock_balances).values(on_hand=stock_balances.c.on_hand + 1))
    with pytest.raises(PackbenchError) as caught:
        _move(bench, url)
    assert caught.value.code == "database_unsound"
    _still_here(bench)


def test_back_to_the_old_file(bench: Bench, url: str) -> None:
    shell = Shell(bench.services.paths.root)
    _move(bench, url)
    assert shell.json("db", "move", url).errors[0]["code"] == "on_server_already"
    assert shell.json("db", "leave", "--old-file").code == 0
    _still_here(bench)
    assert not list(bench.services.paths.root.glob("packbench-before-server-*"))
    again = shell.json("db", "move", url)
    assert again.errors[0]["code"] == "database_not_empty"
