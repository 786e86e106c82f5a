"""Making shards, in this process or in several: each shard is a task that can be repeated."""

import itertools
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple

from tfrecords.building import write_receipt
from tfrecords.errors import ResourceError
from tfrecords.writer import Outcome, Shard, write_shard

Progress = Callable[[int, int], None]


class ShardTask(NamedTuple):
    """Everything that a process needs to make one shard; it can be sent to another process.

    Attributes:
      folder: local or remote.
      split: "train" or "test".
      index: of the shard, from 0.
      num_shards: of the folder.
      naming: as in `writer.shard_name`.
      items: the rows, of any kind.
      outcome: turns an item into an `Outcome`.
    """

    folder: str
    split: str
    index: int
    num_shards: int
    naming: str
    items: Sequence[Any]
    outcome: Callable[[Any], Outcome]


def make_shards(
    tasks: Sequence[ShardTask],
    *,
    num_workers: int,
    on_shard: Callable[[int, Shard], None],
    progress: Progress | None = None,
) -> None:
    """Makes shards, each with its receipt.

    Args:
      tasks: the shards wanted.
      num_workers: processes; with 1 all happens in this one.
      on_shard: called with (index, shard) as each is finished; what it raises ends the build.
      progress: called with (rows done, rows).

    Raises:
      ResourceError: no space, or a process died.
    """
    total = sum(len(task.items) for task in tasks)
    report = progress or (lambda done, total: None)
    if num_workers > 1 and len(tasks) > 1:
        _make_in_pool(tasks, min(num_workers, len(tasks)), on_shard, report, total)
        return
    done = itertools.count(1)
    for task in tasks:
        on_shard(task.index, _make(task, lambda: report(next(done), total)))


def _make(task: ShardTask, tick: Callable[[], None]) -> Shard:
    def outcomes() -> Iterator[Outcome]:
        for item in task.items:
            yield task.outcome(item)
            tick()

    shard = write_shard(
        task.folder, outcomes(), split=task.split, index=task.index,
        num_shards=task.num_shards, naming=task.naming,
    )  # fmt: skip
    write_receipt(task.folder, task.index, shard)
    return shard


def _make_in_pool(tasks, num_workers, on_shard, report, total) -> None:
    # Not fork: TensorFlow's threads would not be in the child, and its locks could be held.
    context = multiprocessing.get_context("spawn")
    counter, stop = context.Value("q", 0), context.Event()
    with futures.ProcessPoolExecutor(
        num_workers, mp_context=context, initializer=_start_worker, initargs=(counter, stop)
    ) as pool:
        pending = {pool.submit(_work, task): task.index for task in tasks}
        try:
            while pending:
                done, _ = futures.wait(pending, 0.5, return_when=futures.FIRST_COMPLETED)
                for future in done:
                    on_shard(pending.pop(future), future.result())
                report(counter.value, total)
        except BrokenProcessPool:
            raise ResourceError(
                "a worker process died, most often for want of memory; finished shards are kept: "
                "run the same command again with a smaller --num_workers"
            ) from None
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


class _Stopped(Exception):
    """Another shard failed, so this one need not be finished."""


_shared: dict = {}


def _start_worker(counter, stop) -> None:
    # Control-C reaches every process of a terminal; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared.update(counter=counter, stop=stop)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A pool's processes outlive a parent that is killed, and would go on writing."""
    multiprocessing.parent_process().join()
    signal.raise_signal(signal.SIGKILL)


def _work(task: ShardTask) -> Shard:
    def tick() -> None:
        if _shared["stop"].is_set():
            raise _Stopped
        with _shared["counter"].get_lock():
            _shared["counter"].value += 1

    return _make(task, tick)
