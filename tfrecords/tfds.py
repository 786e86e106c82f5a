"""The two small files by which `tfds.builder_from_directory` knows a folder."""

from tfrecords import files
from tfrecords.manifest import Manifest

FEATURES = "features.json"
INFO = "dataset_info.json"
NAME = "shopee_tf"
_CLASSES = "tensorflow_datasets.core.features."


def write_tfds_files(folder: str, manifest: Manifest) -> None:
    """Writes features.json and dataset_info.json beside the shards.

    Kaggle's names hold record counts, which the file name templates of tfds cannot say: folders
    with such names do not get these files.
    """
    if not all(shard.name.endswith(".tfrecord") for shard in manifest.shards):
        return
    files.write_json(files.join(folder, FEATURES), _features(manifest.has_images))
    files.write_json(files.join(folder, INFO), _info(manifest))


def _features(has_images: bool) -> dict:
    integer = {
        "pythonClassName": f"{_CLASSES}scalar.Scalar",
        "tensor": {"shape": {}, "dtype": "int64", "encoding": "none"},
    }
    text = {"pythonClassName": f"{_CLASSES}text_feature.Text", "text": {}}
    image = {
        "pythonClassName": f"{_CLASSES}image_feature.Image",
        "image": {
            "shape": {"dimensions": ["-1", "-1", "3"]},
            "dtype": "uint8",
            "encodingFormat": "jpeg",
        },
    }
    texts = ("posting_id", "title", "image_phash", "label_group", "source_sha256")
    features = dict.fromkeys(("row", "label"), integer) | dict.fromkeys(texts, text)
    if has_images:
        features["image"] = image
    return {
        "pythonClassName": f"{_CLASSES}features_dict.FeaturesDict",
        "featuresDict": {"features": features},
    }


def _info(manifest: Manifest) -> dict:
    return {
        "name": NAME,
        "version": f"{manifest.schema_version}.0.0",
        "description": f"Postings of the catalogue {manifest.ids_sha256}.",
        "fileFormat": "tfrecord",
        "splits": [
            {
                "name": manifest.split,
                "filepathTemplate": "{SPLIT}-{SHARD_X_OF_Y}.{FILEFORMAT}",
                "shardLengths": [str(shard.records) for shard in manifest.shards],
                "numBytes": str(sum(shard.bytes for shard in manifest.shards)),
            }
        ],
    }
