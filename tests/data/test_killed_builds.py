"""A build killed at any moment leaves nothing half-visible, and the next one finishes it."""

import multiprocessing
import os
import pathlib
import random
import signal
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.records import build_tfrecords
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.manifest import load_manifest, verify_folder

pytestmark = pytest.mark.faults
NUM_ROWS, NUM_SHARDS = 60, 4
# A server that has imported TensorFlow and never run it: its forks start at once.
FORKS = multiprocessing.get_context("forkserver")


def build(folder: pathlib.Path):
    rows = range(NUM_ROWS)
    frame = pd.DataFrame(
        {
            "posting_id": [f"train_{row}" for row in rows],
            "image": [f"{row}.jpg" for row in rows],
            "title": [f"judul {row}" for row in rows],
        }
    )
    return build_tfrecords(
        catalog_from_frame(frame), folder, images=folder.parent / "photos", num_shards=NUM_SHARDS,
        num_workers=1, image_size=48,
    )  # fmt: skip


def build_and_die(folder: pathlib.Path, renames: int) -> None:
    """Builds until that many files have been renamed; dies instead of the next."""
    replace, left = os.replace, iter(range(renames))

    def replace_or_die(source, target):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)

    os.replace = replace_or_die
    build(folder)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Photos, a clean build of them, and how long it took."""
    folder, rng = tmp_path_factory.mktemp("killed"), np.random.default_rng(0)
    (folder / "photos").mkdir()
    for row in range(NUM_ROWS):
        pixels = rng.integers(0, 255, (48, 48, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / f"{row}.jpg")
    FORKS.set_forkserver_preload(["shopee_tf.data.records", "shopee_tf.data.phash", "imagehash"])
    start = time.perf_counter()
    run(build, folder / "clean")
    seconds = time.perf_counter() - start
    run(build, folder / "clean again")  # the server is warm now
    return folder, min(seconds, time.perf_counter() - start - seconds)


def run(target, *arguments, seconds=None):
    process = FORKS.Process(target=target, args=arguments)
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    return process.exitcode


def check(folder: pathlib.Path, clean: pathlib.Path) -> None:
    """What a killed build left cannot be read; the next build makes it equal to a clean one."""
    finished = {
        path.name: path.stat().st_ino
        for path in folder.glob("*.tfrecord")
        if (folder / ".building" / f"{int(path.name[6:11]):05d}.json").exists()
    }
    try:
        load_manifest(folder)
    except IntegrityError as error:
        assert "not a finished TFRecord folder" in str(error)
    except UsageError as error:  # killed before it made the folder
        assert "no such folder" in str(error)
    build(folder)
    assert verify_folder(folder).shards == load_manifest(clean).shards
    assert all((folder / name).stat().st_ino == inode for name, inode in finished.items())
    assert sorted(set(os.listdir(folder)) - set(os.listdir(clean))) == []


@pytest.mark.parametrize("point", range(8))
def test_killed_at_a_random_moment(house, point):
    home, seconds = house
    moment = random.Random(point).uniform(0.1, 1.0) * seconds
    run(build, home / f"random{point}", seconds=moment)
    check(home / f"random{point}", home / "clean")


@pytest.mark.parametrize("renames", range(13))
def test_killed_before_a_file_appears(house, renames):
    home, _ = house
    folder = home / f"renames{renames}"
    assert run(build_and_die, folder, renames) == -signal.SIGKILL
    check(folder, home / "clean")


def test_a_build_renames_as_often_as_the_test_above_believes(house):
    home, _ = house
    assert run(build_and_die, home / "renames13", 13) == 0
