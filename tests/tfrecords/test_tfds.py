import pytest

from tfrecords.manifest import load_manifest
from tfrecords.tfds import write_tfds_files


@pytest.mark.filterwarnings("ignore")
def test_tensorflow_datasets_reads_the_folder(folder):
    tfds = pytest.importorskip("tensorflow_datasets", reason="tensorflow_datasets is optional")
    write_tfds_files(str(folder), load_manifest(folder))
    builder = tfds.builder_from_directory(str(folder))
    dataset = builder.as_dataset(split="train", decoders={"image": tfds.decode.SkipDecoding()})
    found = [(int(x["row"]), x["title"].decode()) for x in tfds.as_numpy(dataset)]
    assert sorted(found) == [(row, f"title {row}") for row in range(22)]
    assert builder.info.splits["train"].num_examples == 22


def test_names_of_kaggle_get_no_such_files(tmp_path, build):
    manifest = build(tmp_path / "data", naming="kaggle")
    write_tfds_files(str(tmp_path / "data"), manifest)
    assert not (tmp_path / "data" / "features.json").exists()
