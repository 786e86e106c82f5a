import random
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf import make_tfrecords, verify

NUM_ROWS = 12


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Photos and their records."""
    folder, rng = tmp_path_factory.mktemp("verify"), np.random.default_rng(0)
    (folder / "photos").mkdir()
    for row in range(NUM_ROWS):
        pixels = rng.integers(0, 255, (40, 40, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / f"{row}.jpg")
    rows = [
        {"posting_id": f"train_{row}", "image": f"{row}.jpg", "title": "x"}
        for row in range(NUM_ROWS)
    ]
    pd.DataFrame(rows).to_csv(folder / "train.csv", index=False)
    flags = [f"--csv={folder / 'train.csv'}", f"--output={folder / 'data'}", "--image_size=32"]
    make_tfrecords.main([*flags, f"--images={folder / 'photos'}"])
    return folder


@pytest.fixture
def copy(house, tmp_path):
    return shutil.copytree(house, tmp_path / "copy")


def run(*flags) -> int:
    try:
        verify.main(list(flags))
    except SystemExit as end:
        return end.code
    return 0


def test_it_says_what_it_checked(house, capsys):
    assert run(f"--data={house / 'data'}", f"--source={house / 'photos'}") == 0
    said = capsys.readouterr().out
    assert "12 records in 1 shard, every byte as written, 12 rows in, 0 left out" in said
    assert "12 photos, each the one that its record was made of" in said


@pytest.mark.faults
def test_a_flipped_byte_ends_in_3_naming_the_file(copy, capsys):
    path = copy / "data" / "train-00000-of-00001.tfrecord"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert run(f"--data={copy / 'data'}") == 3
    assert f"error: {path}: damaged from the record at byte " in capsys.readouterr().err


@pytest.mark.faults
def test_no_folder_ends_in_1(tmp_path, capsys):
    assert run(f"--data={tmp_path / 'none'}") == 1
    assert "no such folder" in capsys.readouterr().err


@pytest.mark.faults
def test_a_flipped_byte_of_a_photo_is_found(copy, capsys):
    """It still decodes, to other pixels, so only its sha256 tells."""
    rng = random.Random(0)
    for _ in range(200):
        row = rng.randrange(NUM_ROWS)
        path = copy / "photos" / f"{row}.jpg"
        whole = path.read_bytes()
        position = rng.randrange(len(whole))
        flipped = bytes([whole[position] ^ (1 << rng.randrange(8))])
        path.write_bytes(whole[:position] + flipped + whole[position + 1 :])
        assert run(f"--data={copy / 'data'}", f"--source={copy / 'photos'}") == 3
        assert f"1 of 12 photos are not those of {copy / 'data'}: row {row} ({row}.jpg);" in (
            capsys.readouterr().err
        )
        path.write_bytes(whole)


@pytest.mark.faults
def test_a_photo_that_is_gone_is_found(copy, capsys):
    (copy / "photos" / "3.jpg").unlink()
    assert run(f"--data={copy / 'data'}", f"--source={copy / 'photos'}") == 3
    assert "row 3 (3.jpg) is gone" in capsys.readouterr().err


def test_records_without_photos_have_nothing_to_compare(house, tmp_path, capsys):
    make_tfrecords.main([f"--csv={house / 'train.csv'}", f"--output={tmp_path / 'titles'}"])
    assert run(f"--data={tmp_path / 'titles'}", f"--source={house / 'photos'}") == 2
    assert "built without photos" in capsys.readouterr().err
