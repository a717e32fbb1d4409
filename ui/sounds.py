"""The six cues of the bench, made once as WAV files and played by the system's own player."""

from __future__ import annotations

import logging
import math
import queue
import shutil
import struct
import subprocess
import sys
import threading
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

RATE_HZ: Final = 44_100
_FADE_S: Final = 0.006
_STOP: Final = None
_PLAY_TIMEOUT_S: Final = 5.0


class Cue(StrEnum):
    """What a sound says. They differ in rhythm, not only in pitch."""

    PIECE = "piece"
    LINE = "line"
    PARCEL = "parcel"
    WRONG = "wrong"
    STOP = "stop"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Tone:
    """A stretch of sound, or of silence when ``hz`` is 0."""

    hz: float
    ms: int
    volume: float = 0.8
    buzz: bool = False


CUES: Final[dict[Cue, tuple[Tone, ...]]] = {
    Cue.PIECE: (Tone(1200, 60),),
    Cue.LINE: (Tone(880, 80), Tone(0, 30), Tone(1320, 80)),
    Cue.PARCEL: (Tone(784, 110), Tone(0, 25), Tone(988, 110), Tone(0, 25), Tone(1319, 130)),
    Cue.WRONG: (Tone(220, 250, 0.9, buzz=True), Tone(0, 90), Tone(220, 250, 0.9, buzz=True)),
    Cue.STOP: (Tone(330, 300, 0.9, buzz=True), Tone(990, 300, 0.9), Tone(330, 300, 0.9, buzz=True)),
    Cue.LOOK: (Tone(500, 45, 0.5), Tone(0, 90), Tone(500, 45, 0.5)),
}


def samples(tones: Sequence[Tone], volume: float = 1.0) -> list[int]:
    """16-bit samples of the tones one after the other, without clicks at their ends."""
    made: list[int] = []
    for tone in tones:
        count = RATE_HZ * tone.ms // 1000
        fade = max(1, round(RATE_HZ * _FADE_S))
        for n in range(count):
            edge = min(1.0, n / fade, (count - n) / fade)
            made.append(round(32767 * edge * volume * tone.volume * _wave_at(tone, n / RATE_HZ)))
    return made


def _wave_at(tone: Tone, t: float) -> float:
    if not tone.hz:
        return 0.0
    base = math.sin(2 * math.pi * tone.hz * t)
    if not tone.buzz:
        return base
    third = math.sin(2 * math.pi * 3 * tone.hz * t)
    fifth = math.sin(2 * math.pi * 5 * tone.hz * t)
    return (base + third / 3 + fifth / 5) / 1.2


def write_cues(folder: Path, volume: float = 1.0) -> dict[Cue, Path]:
    """Write the cues that are not there yet; one's own WAV of the same name is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[Cue, Path] = {}
    for cue, tones in CUES.items():
        file = folder / f"{cue}.wav"
        files[cue] = file
        if file.exists():
            continue
        made = samples(tones, volume)
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE_HZ)
            out.writeframes(struct.pack(f"<{len(made)}h", *made))
    return files


def player_command() -> tuple[str, ...] | None:
    """The system's player as a command to which a file is added; ``None`` when there is none.

    On Windows the answer is ``("winsound",)``, which is played by the standard library.
    """
    if sys.platform == "win32":
        return ("winsound",)
    candidates = (("afplay",),) if sys.platform == "darwin" else (("paplay",), ("aplay", "-q"))
    for command in candidates:
        found = shutil.which(command[0])
        if found:
            return (found, *command[1:])
    return None


class SoundPlayer:
    """Plays cues on a worker; a new cue waits for none older than one. Never raises.

    ``working`` is false when no player is there or the last attempt failed: the bench then shows
    "no sound".
    """

    def __init__(
        self,
        folder: Path,
        *,
        command: tuple[str, ...] | None = None,
        enabled: bool = True,
    ) -> None:
        self._folder = folder
        self._command = command if command is not None else player_command()
        self._files: dict[Cue, Path] = {}
        self._queue: queue.Queue[Cue | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self.enabled = enabled
        self.working = self._command is not None

    def play(self, cue: Cue) -> None:
        """Play soon; returns at once."""
        if not self.enabled or self._command is None:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sounds", daemon=True)
            self._thread.start()
        self._drop_waiting()
        self._queue.put(cue)

    def test(self) -> bool:
        """Play one click now and say whether that worked. Blocks up to a few seconds."""
        return self._command is not None and self._sound(Cue.PIECE)

    def close(self) -> None:
        """End the worker."""
        if self._thread is not None:
            self._drop_waiting()
            self._queue.put(_STOP)
            self._thread.join(_PLAY_TIMEOUT_S + 1)
            self._thread = None

    def _drop_waiting(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except queue.Empty:
                return

    def _work(self) -> None:
        while (cue := self._queue.get()) is not _STOP:
            self._sound(cue)

    def _sound(self, cue: Cue) -> bool:
        try:
            if not self._files:
                self._files = write_cues(self._folder)
            self.working = self._run(self._files[cue])
        except OSError as error:
            log.warning("no sound: %s", type(error).__name__)
            self.working = False
        return self.working

    def _run(self, file: Path) -> bool:
        if self._command is None:
            return False
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME)
            return True
        try:
            done = subprocess.run(  # noqa: S603 - the system's player with our own file
                [*self._command, str(file)],
                check=False,
                timeout=_PLAY_TIMEOUT_S,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0
