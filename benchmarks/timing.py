"""Turns of ours and its peer, and the line of JSON that says how they compare."""

import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Turns(NamedTuple):
    """The shortest times by name, and what the last call of each returned."""

    seconds: dict[str, float]
    processor: dict[str, float]
    found: dict[str, Any]


def take_turns(searches: dict[str, Callable], repeats: int) -> Turns:
    turns = Turns({}, {}, {})
    for _ in range(repeats):
        for name, search in searches.items():
            start, worked = time.perf_counter(), time.process_time()
            turns.found[name] = search()
            passed, worked = time.perf_counter() - start, time.process_time() - worked
            print(f"{name}: {passed:.2f} s, processors {worked:.2f} s", flush=True)
            turns.seconds[name] = min(passed, turns.seconds.get(name, passed))
            turns.processor[name] = min(worked, turns.processor.get(name, worked))
    return turns


def report(name: str, times: dict[str, float], **more) -> None:
    """Prints the line of JSON for shortest times."""
    ours, peer = times["ours"], times["peer"]
    line = {"name": name, "ours": round(ours, 3), "peer": round(peer, 3)}
    print(json.dumps(line | {"ratio": round(peer / ours, 2)} | more))


def processor_ratio(turns: Turns) -> float:
    return round(turns.processor["peer"] / turns.processor["ours"], 2)
