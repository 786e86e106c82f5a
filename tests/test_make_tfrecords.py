import collections
import errno
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf import make_tfrecords
from tfrecords import files
from tfrecords.manifest import load_manifest

NUM_ROWS = 24


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A csv and its photos."""
    folder, rng = tmp_path_factory.mktemp("source"), np.random.default_rng(0)
    (folder / "photos").mkdir()
    for row in range(NUM_ROWS):
        pixels = rng.integers(0, 255, (40, 40, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / f"{row}.jpg")
    rows = [
        {"posting_id": f"train_{row}", "image": f"{row}.jpg", "title": f"judul, {row}"}
        for row in range(NUM_ROWS)
    ]
    pd.DataFrame(rows).to_csv(folder / "train.csv", index=False)
    return folder


@pytest.fixture
def build(source, tmp_path):
    """Runs the command; returns its exit code."""

    def call(*flags, csv=source / "train.csv", photos=source / "photos", output="data"):
        words = [f"--csv={csv}", f"--images={photos}", f"--output={tmp_path / output}"]
        try:
            make_tfrecords.main([*words, "--image_size=32", "--num_shards=2", *flags])
        except SystemExit as end:
            return end.code
        return 0

    return call


def last_line(capsys) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_it_says_what_it_made(build, tmp_path, capsys):
    assert build() == 0
    made = f"24 records in 2 shards, 0.0 MB; written: {tmp_path / 'data'}\n"
    assert capsys.readouterr().out.endswith(made)
    assert load_manifest(tmp_path / "data").written == NUM_ROWS


def test_it_says_what_it_left_out_and_mended(build, source, tmp_path, capsys):
    photos = shutil.copytree(source / "photos", tmp_path / "photos")
    (photos / "3.jpg").unlink()
    Image.new("RGB", (40, 40)).save(photos / "4.jpg", "PNG")
    assert build("--max_bad_fraction=0.1", photos=photos) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == [
        "mended: reencoded 1",
        "left out 1 row: missing_file 1 (train_3: 3.jpg)",
    ]


@pytest.mark.faults
def test_too_many_bad_photos_end_in_2(build, tmp_path, capsys):
    (tmp_path / "none").mkdir()
    assert build(photos=tmp_path / "none") == 2
    assert "12 of 24 rows cannot be used" in last_line(capsys)


@pytest.mark.faults
def test_other_flags_end_in_1(build, capsys):
    assert build() == 0
    assert build("--jpeg_quality=70") == 1
    assert "jpeg_quality was 90 and is 70" in last_line(capsys)
    assert build("--jpeg_quality=70", "--overwrite") == 0


@pytest.mark.faults
@pytest.mark.parametrize(
    "output, code, said",
    [("file", 1, "is a file; name a folder"), ("file/below", 4, "cannot be written")],
)
def test_a_folder_that_cannot_be_written_is_refused_before_the_csv_is_read(
    build, tmp_path, capsys, output, code, said
):
    (tmp_path / "file").touch()
    assert build(csv=tmp_path / "no.csv", output=output) == code
    assert said in last_line(capsys)


@pytest.mark.faults
@pytest.mark.parametrize(
    "content, photos, code",
    [
        (None, "photos", 1),
        ("posting_id,image,title\np,0.jpg,x\nq,1.jpg,y\n", "none", 1),
        ("posting_id,title\np,x\nq,y\n", "photos", 2),
        ("posting_id,image,title\np,0.jpg,x\np,1.jpg,y\n", "photos", 2),
    ],
    ids=["no csv", "no photos", "no column image", "an id twice"],
)
def test_what_cannot_be_built_leaves_no_folder(build, source, tmp_path, content, photos, code):
    if content:
        (tmp_path / "some.csv").write_text(content)
    assert build(csv=tmp_path / "some.csv", photos=source / photos, output="new/data") == code
    assert not (tmp_path / "new").exists()


@pytest.mark.faults
def test_a_locked_folder_ends_in_75(build, tmp_path, capsys):
    with files.lock(tmp_path / "data"):
        assert build() == 75
    assert f"locked by pid {os.getpid()}" in last_line(capsys)


@pytest.mark.faults
def test_too_little_room_ends_in_4_before_any_shard(build, tmp_path, capsys, monkeypatch):
    usage = collections.namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 10**6 - 1000, 1000))
    assert build() == 4
    assert "need about 0 MB, 0 MB free" in last_line(capsys)
    assert not list((tmp_path / "data").glob("*.tfrecord"))


@pytest.mark.faults
@pytest.mark.parametrize("synced", range(0, 22, 3))
def test_a_disk_that_fills_up_at_any_file_ends_in_4(build, tmp_path, capsys, monkeypatch, synced):
    """Each file is synced twice: itself, and the folder that it appears in."""
    fsync, left = os.fsync, iter(range(synced))

    def sync_or_fail(descriptor):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", sync_or_fail)
        code = build()
    said = capsys.readouterr()
    assert not list((tmp_path / "data").rglob("*incomplete*"))
    if code == 4:
        assert f"{tmp_path / 'data'}" in said.err and "No space left" in said.err
    assert build() == build(output="whole") == 0
    assert load_manifest(tmp_path / "data").shards == load_manifest(tmp_path / "whole").shards
    assert code == (4 if synced < 18 else 0)


def test_a_dry_run_builds_nothing(build, tmp_path, capsys):
    assert build("--dry_run") == 0
    assert "24 rows in 2 shards: about 0.0 MB" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_a_dry_run_estimates_what_the_build_takes(build, source, tmp_path):
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.image_files import DEFAULT_LIMITS
    from shopee_tf.data.record_plan import make_plan
    from shopee_tf.data.record_rows import ImageSettings
    from shopee_tf.data.record_space import estimate_space

    build()
    settings = ImageSettings(str(source / "photos"), 32, 90, DEFAULT_LIMITS, False)
    catalog = read_catalog(source / "train.csv")
    plan = make_plan(catalog, settings, num_shards=2, naming="tfrecord", split="train")
    made = sum(shard.bytes for shard in load_manifest(tmp_path / "data").shards)
    assert abs(estimate_space(str(tmp_path), plan).needed / made - 1) < 0.05


@pytest.mark.parametrize(
    "words", ["--only_shards=x", "--only_shards=2", "--num_shards=0", "--naming=x"]
)
def test_flags_that_cannot_be_used_end_in_1(build, words):
    assert build(words) == 1


def test_photos_can_be_left_out(source, tmp_path, capsys):
    make_tfrecords.main([f"--csv={source / 'train.csv'}", f"--output={tmp_path / 'titles'}"])
    assert not load_manifest(tmp_path / "titles").has_images


@pytest.mark.faults
def test_the_dialect_of_the_csv_does_not_matter(build, source, tmp_path):
    text = (source / "train.csv").read_text()
    dialects = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "latin": text.encode("latin-1"),
    }
    assert build() == 0
    for name, data in dialects.items():
        (tmp_path / f"{name}.csv").write_bytes(data)
        encoding = "latin-1" if name == "latin" else "utf-8"
        csv = tmp_path / f"{name}.csv"
        assert build(f"--csv_encoding={encoding}", csv=csv, output=name) == 0
        assert load_manifest(tmp_path / name).shards == load_manifest(tmp_path / "data").shards


def test_help_imports_nothing_heavy():
    program = (
        "import sys\n"
        "from shopee_tf import make_tfrecords, verify\n"
        "for command in (make_tfrecords, verify):\n"
        "    try: command.main(['--help'])\n"
        "    except SystemExit as end: assert not end.code\n"
        "heavy = {'tensorflow', 'keras', 'pandas', 'numpy', 'PIL'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--recover_truncated" in done.stdout and "--source" in done.stdout


@pytest.mark.faults
def test_a_killed_command_takes_its_processes_with_it_and_goes_on_later(source, tmp_path):
    """Two processes, killed once the first shard is finished."""
    folder = tmp_path / "killed"
    words = [
        sys.executable, "-m", "shopee_tf.make_tfrecords", f"--csv={source / 'train.csv'}",
        f"--images={source / 'photos'}", f"--output={folder}", "--image_size=32",
        "--num_shards=24", "--num_workers=2",
    ]  # fmt: skip
    command = subprocess.Popen(words, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while not list(folder.glob("*.tfrecord")) and time.monotonic() < deadline:
        time.sleep(0.005)
    command.kill()
    command.wait()
    while processes_of(command.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(command.pid)
    finished = {path.name: path.stat().st_ino for path in folder.glob("*.tfrecord")}
    make_tfrecords.main([*words[3:-1], "--num_workers=1"])
    make_tfrecords.main([*words[3:-1], "--num_workers=1", f"--output={tmp_path / 'whole'}"])
    assert load_manifest(folder).shards == load_manifest(tmp_path / "whole").shards
    kept = [name for name, inode in finished.items() if (folder / name).stat().st_ino == inode]
    assert len(kept) >= len(finished) - 2  # the last of each process may lack its receipt
    assert sorted(os.listdir(folder)) == sorted(os.listdir(tmp_path / "whole"))


def processes_of(session: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for name in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                state, _, _, of = file.read().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(of) == session and state != "Z":
            found.append(int(name))
    return found
