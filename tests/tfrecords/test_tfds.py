import json

import pytest

from tfrecords.manifest import load_manifest
from tfrecords.tfds import write_tfds_files


def test_the_lengths_of_the_shards_are_told(folder):
    write_tfds_files(str(folder), load_manifest(folder))
    (split,) = json.loads((folder / "dataset_info.json").read_text())["splits"]
    assert split["shardLengths"] == ["5", "6", "5", "6"]


@pytest.mark.parametrize("naming", ["tfrecord", "kaggle"])
def test_names_of_kaggle_get_no_such_files(tmp_path, build, naming):
    manifest = build(tmp_path / "data", naming=naming)
    write_tfds_files(str(tmp_path / "data"), manifest)
    assert (tmp_path / "data" / "features.json").exists() == (naming == "tfrecord")
