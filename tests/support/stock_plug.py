"""Pulling the plug while the stock is at work: programs killed, the server killed."""

from __future__ import annotations

import random
import subprocess
import threading
import time

from tests.support.postgres import Server
from tests.support.stock_storm import StockStorm, clean, told

_ENOUGH = 1_000_000  # orders: the program goes on until it is killed
_STARTS_IN_S = 30.0


def kill_again_and_again(storm: StockStorm, acts: int, *, seed: int = 1) -> tuple[int, list[str]]:
    """Kill one program after the other until they have done ``acts``; kills, and what was broken.

    After every kill ``db check`` must find nothing.
    """
    chance = random.Random(seed)
    storm.journals.mkdir(exist_ok=True)
    kills, broken = 0, []
    while len(told(storm.journals)) < acts:
        program = storm.program(f"K{kills}", _ENOUGH)
        _until_it_works(storm, program, len(told(storm.journals)))
        threading.Event().wait(chance.uniform(0.05, 1.2))
        program.kill()
        _out, err = program.communicate()
        if program.returncode != -9:
            storm.failures.append(f"a program ended by itself: {err[-2000:]}")
            break
        kills += 1
        broken += [f"after kill {kills}: {line}" for line in clean(storm.data)]
    return kills, broken


def restart_under_load(server: Server, storm: StockStorm, times: int, *, seed: int = 1) -> int:
    """Kill the server ``times`` times while the storm's programs run; how often it was."""
    chance = random.Random(seed)
    done = 0
    _until_all_are_open(storm)  # a program that cannot open its database says so and ends
    while done < times and any(program.poll() is None for program in storm.programs):
        threading.Event().wait(chance.uniform(1.0, 3.0))
        server.stop("immediate")
        threading.Event().wait(chance.uniform(0.0, 1.0))
        server.start()
        done += 1
    return done


def _until_all_are_open(storm: StockStorm) -> None:
    ends = time.monotonic() + _STARTS_IN_S
    while len(list(storm.journals.glob("*.jsonl"))) < len(storm.programs):
        if time.monotonic() > ends:
            raise AssertionError("the programs do not start")
        threading.Event().wait(0.02)


def _until_it_works(storm: StockStorm, program: subprocess.Popen[str], before: int) -> None:
    ends = time.monotonic() + _STARTS_IN_S
    while len(told(storm.journals)) == before and program.poll() is None:
        if time.monotonic() > ends:
            raise AssertionError("the program does nothing")
        threading.Event().wait(0.02)
