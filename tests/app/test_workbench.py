"""What all visitors share is made once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shopee_tf.app import workbench


@pytest.mark.parametrize("asked", [("scored", "scored"), ("scored", "groups")])
def test_two_visitors_never_search_at_once(union_matcher, catalog, monkeypatch, asked):
    gate, alone = threading.Lock(), []

    def search(*_, **__):
        alone.append(gate.acquire(blocking=False))
        time.sleep(0.2)
        if alone[-1]:
            gate.release()

    monkeypatch.setattr(workbench, "score_pairs", search)
    monkeypatch.setattr(workbench, "find_groups", search)
    bench = workbench.Workbench(union_matcher, catalog)
    with ThreadPoolExecutor(2) as visitors:
        list(visitors.map(lambda name: getattr(bench, name), asked))
    assert alone == [True] * len(set(asked))
