"""Frozen features of several backbones, compared on a sample."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf import compare_backbones, options
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.folds import assign_folds
from shopee_tf.evaluation import frozen_features
from shopee_tf.evaluation.bars import draw_bars
from shopee_tf.evaluation.frozen_features import FrozenScore
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.retrieval.embeddings import Embeddings
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import DataError, UsageError

TINY = ImageEncoderConfig("tiny", image_size=32, weights="none", unfreeze="none")
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": [f"p{row:02d}" for row in range(30)],
            "title": ["a thing"] * 30,
            "label_group": [str(row // 2) for row in range(30)],
        }
    )
)
ROWS = np.arange(30, dtype=np.int32)


def scores(vectors, rows=ROWS):
    found = Embeddings(rows, np.asarray(vectors, np.float32))
    return frozen_features.compare_backbones([TINY], CATALOG, lambda encoder: found, num_folds=3)


def test_features_that_tell_products_apart_score_1_by_both_measures():
    found = scores(np.eye(15)[ROWS // 2])
    assert [(score.measure, score.f1) for score in found] == [("cosine", 1.0), ("euclidean", 1.0)]
    assert found[0].dim == 15


def test_each_fold_is_scored_at_the_threshold_of_the_next():
    # Five products a fold, on a line: so far from one to the next, and from the one photo to the
    # other. The best thresholds are 6, 6 and 500.
    folds = assign_folds(CATALOG, num_folds=3)
    line = np.zeros(30)
    for fold, (step, apart) in enumerate([(12, 1), (12, 2), (1000, 50)]):
        line[folds == fold] = np.add.outer(step * np.arange(5), [0, apart]).ravel()
    (_, euclidean) = scores(line[:, None])
    assert euclidean.thresholds == pytest.approx([-6, -6, -500], rel=1e-4)
    # At 6 the first has all right; at 500 the second finds all ten; at 6 the third finds none.
    assert euclidean.fold_f1 == pytest.approx([1, 2 * 2 / (2 + 10), 2 / 3])
    assert euclidean.f1 == pytest.approx(2 / 3)


def test_a_listing_without_a_photo_counts():
    (cosine, _) = scores(np.eye(15)[ROWS[1:] // 2], ROWS[1:])
    # The two of its product find themselves alone: 2/3 each, in a fold of ten.
    assert sorted(cosine.fold_f1) == pytest.approx([1 - 2 / 30, 1, 1])


def test_a_fold_without_photos_is_refused():
    rows = ROWS[assign_folds(CATALOG, num_folds=3) > 0]
    with pytest.raises(DataError, match="no photo of a whole fold"):
        scores(np.ones((len(rows), 2)), rows)


def test_the_table_has_the_best_first():
    low = FrozenScore("vgg16", "euclidean", 0.5, [0.4, 0.6], [-7.5, -8.5], 512, 14_700_000)
    high = FrozenScore("tiny", "cosine", 0.625, [0.6, 0.65], [0.5, 0.6], 192, 470_000)
    lines = frozen_features.as_text([low, high]).splitlines()[2:]
    assert [line.split() for line in lines] == [
        ["tiny", "cosine", "0.6250", "0.600", "to", "0.650", "cosine", ">=", "0.55"]
        + ["192", "0.5", "M"],
        ["vgg16", "euclidean", "0.5000", "0.400", "to", "0.600", "distance", "<=", "8"]
        + ["512", "14.7", "M"],
    ]


def test_a_bar_for_each_backbone_and_measure(tmp_path):
    one = FrozenScore("tiny", "cosine", 0.5, [0.5], [0.5], 192, 470_000)
    every = [one._replace(backbone=b, measure=m) for b in ("a", "b") for m in ("x", "y")]
    draw_bars(every, tmp_path / "bars.png", title="F1")
    with Image.open(tmp_path / "bars.png") as drawn:
        assert len(np.unique(np.asarray(drawn.convert("L")))) > 20


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    build_tiny_records(folder, image_size=48)
    return folder


def compare(*argv):
    compare_backbones.main(["--backbones=tiny", "--weights=none", "--image_size=32", *argv])


def photos(house):
    return [f"--csv={house / 'train.csv'}", f"--images={house / 'train_images'}"]


def test_the_command_prints_writes_and_draws(house, tmp_path, capsys):
    figures, picture = tmp_path / "f.json", tmp_path / "f.png"
    compare(*photos(house), "--sample=45", f"--output={figures}", f"--plot={picture}")
    about = json.loads(figures.read_text())
    assert (about["num_listings"], about["num_products"]) == (45, 15)
    assert [row["measure"] for row in about["results"]] == ["cosine", "euclidean"]
    assert all(0 < row["f1"] <= 1 for row in about["results"])
    assert "45 listings of 15 products, 5 folds" in capsys.readouterr().out
    assert picture.exists()


def test_records_and_photos_give_like_figures(house, tmp_path):
    for name, source in (("a", photos(house)), ("b", [f"--data={house / 'records'}"])):
        compare(*source, f"--output={tmp_path / name}", "--pooling=max")
    one, other = (json.loads((tmp_path / name).read_text())["results"] for name in "ab")
    for mine, theirs in zip(one, other, strict=True):
        assert mine["f1"] == pytest.approx(theirs["f1"], abs=0.1)  # 512 and 48 px stored


def checked(*argv):
    values = options.parse(compare_backbones.define_flags, argv)
    return compare_backbones.check_flags(values)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--csv=c", "--backbones=tiny"], "give either --csv=FILE and --images"),
        (["--csv=c", "--images=i", "--data=d", "--backbones=tiny"], "give either"),
        (["--csv=c", "--data=d", "--backbones=tiny"], "give either"),
        (["--images=i", "--data=d", "--backbones=tiny"], "give either"),
        (["--data=d", "--backbones=tiny", "--seed=-1"], "seed"),
        (["--data=d", "--backbones=tiny", "--seed=4294967296"], "seed"),
        (["--data=d", "--backbones=tiny,tiny"], "each once"),
        (["--data=d", "--backbones=vgg"], "--backbones=vgg: is vgg16 meant. expected one of"),
        (["--data=d", "--backbones=vgg16", "--weights=own.h5"], "as --weights=vgg16=own.h5$"),
        (["--data=d", "--backbones=vgg16", "--weights=none,imagenet"], "one of imagenet and none"),
        (["--data=d", "--backbones=vgg16", "--weights=tiny=x"], "not among --backbones=vgg16$"),
        (["--data=d", "--backbones=vgg16", "--weights=vgg16=x"], "vgg16=x: no such file"),
        (["--data=d", "--backbones=tiny"], "the tiny backbone has none"),
    ],
)
def test_what_cannot_be_used_is_refused(argv, message):
    with pytest.raises(UsageError, match=message):
        checked(*argv)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [("imagenet,tiny=none", ["none", "imagenet"]), ("none,vgg16=imagenet", ["none", "imagenet"])],
)
def test_one_backbone_may_have_another_word_than_all(weights, expected):
    found = checked("--data=d", "--backbones=tiny,vgg16", f"--weights={weights}")
    assert [config.weights for config in found] == expected


def test_weights_for_all_and_for_one(tmp_path):
    path = tmp_path / "own.h5"
    path.write_text("")
    found = checked("--data=d", "--backbones=tiny,vgg16", f"--weights=none,vgg16={path}")
    assert [config.weights for config in found] == ["none", str(path)]
    assert [config.weights for config in checked("--data=d", "--backbones=vgg16")] == ["imagenet"]


@pytest.mark.real_data
def test_pretrained_features_tell_furniture_apart(shared_data, tmp_path):
    weights = shared_data.parent / "weights/keras/mobilenet_v2_0.35_224_notop_imagenet.weights.h5"
    if not weights.exists():
        pytest.skip(f"no pretrained weights at {weights}")
    folder = shared_data / "sop_furniture"
    compare_backbones.main(
        [
            f"--csv={folder / 'train.csv'}", f"--images={folder / 'train_images'}",
            "--backbones=mobilenet_v2", f"--weights=mobilenet_v2={weights}",
            "--image_size=160", "--sample=150", f"--output={tmp_path / 'f.json'}",
        ]
    )  # fmt: skip
    cosine, euclidean = json.loads((tmp_path / "f.json").read_text())["results"]
    assert min(cosine["f1"], euclidean["f1"]) > 0.5  # each listing alone would score about 0.36
