"""Six cues that differ in rhythm, played by whatever the system has."""

from __future__ import annotations

import sys
import wave
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.logs import ExpectedLogs
from ui.sounds import CUES, RATE_HZ, Cue, SoundPlayer, Tone, samples, write_cues

PLAYER = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('a').write(sys.argv[2] + '\\n')"


@pytest.fixture
def played(tmp_path: Path) -> Path:
    return tmp_path / "played.txt"


@pytest.fixture
def player(tmp_path: Path, played: Path) -> SoundPlayer:
    """A player whose program notes the file instead of sounding it."""
    return SoundPlayer(tmp_path / "cues", command=(sys.executable, "-c", PLAYER, str(played)))


def test_every_cue_is_a_playable_file(tmp_path: Path) -> None:
    files = write_cues(tmp_path)
    assert set(files) == set(Cue)
    for cue, file in files.items():
        with wave.open(str(file), "rb") as read:
            assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (
                1,
                2,
                RATE_HZ,
            )
            seconds = read.getnframes() / RATE_HZ
        assert seconds == pytest.approx(sum(t.ms for t in CUES[cue]) / 1000, abs=0.01)


def test_cues_have_the_lengths_the_bench_expects() -> None:
    length = {cue: sum(tone.ms for tone in tones) for cue, tones in CUES.items()}
    assert length[Cue.PIECE] == 60
    assert length[Cue.PARCEL] == 400
    assert length[Cue.STOP] == 900
    assert [tone.hz for tone in CUES[Cue.WRONG] if tone.hz] == [220, 220]


def test_rhythms_differ_without_pitch() -> None:
    rhythms = {tuple((t.ms, bool(t.hz)) for t in tones) for tones in CUES.values()}
    assert len(rhythms) == len(CUES)


def test_tones_begin_and_end_in_silence() -> None:
    made = samples([Tone(1200, 60)])
    assert made[0] == 0
    assert abs(made[-1]) < 400
    assert 20_000 < max(made) <= 32_767
    assert max(samples([Tone(1200, 60)], volume=0.5)) < 0.6 * max(made)


def test_own_sound_file_is_kept(tmp_path: Path) -> None:
    own = tmp_path / "piece.wav"
    own.write_bytes(b"mine")
    write_cues(tmp_path)
    assert own.read_bytes() == b"mine"


def test_cue_is_played_by_the_worker(qtbot: QtBot, player: SoundPlayer, played: Path) -> None:
    player.play(Cue.WRONG)
    qtbot.waitUntil(lambda: played.exists() and "wrong.wav" in played.read_text())
    player.close()
    assert player.working


def test_without_a_player_there_is_no_sound_and_no_error(
    tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.require("ui.sounds", "no sound: FileNotFoundError")
    player = SoundPlayer(tmp_path, command=("/no/such/player",))
    assert player.working
    assert not player.test()
    assert not player.working


def test_failing_player_is_noticed(tmp_path: Path) -> None:
    player = SoundPlayer(tmp_path, command=(sys.executable, "-c", "raise SystemExit(1)"))
    assert not player.test()


def test_silenced_player_plays_nothing(player: SoundPlayer, played: Path) -> None:
    player.enabled = False
    player.play(Cue.PIECE)
    player.close()
    assert not played.exists()
