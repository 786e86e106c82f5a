import json

import numpy as np

from shopee_tf.training.run_folder import RunFolder
from tests.listings import catalog


def test_metrics_after_a_resume_hold_each_epoch_once(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_metrics([{"epoch": 0, "loss": 2.0}, {"epoch": 1, "loss": 1.0}])
    lines = folder.read_metrics(before_epoch=1)
    folder.write_metrics([*lines, {"epoch": 1, "loss": 0.5}])
    found = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert found == [{"epoch": 0, "loss": 2.0}, {"epoch": 1, "loss": 0.5}]


def test_flags_come_back_as_they_were(tmp_path):
    from shopee_tf import options
    from trainers import image

    settings = {"data": "d", "workdir": "w", "epochs": 3, "fold": 0, "resume": False,
                "learning_rate": 3e-4, "warmup_epochs": 0.5, "limit_rows": None}  # fmt: skip
    folder = RunFolder(tmp_path)
    folder.write_start(command="trainers.image", settings=settings, about={}, devices=["CPU:0"])
    values = options.parse(image.define_flags, [f"--flagfile={tmp_path / 'flags.txt'}"])
    assert {name: values[name].value for name in settings} == settings


def test_environment_names_versions_and_devices(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_start(command="trainers.image", settings={}, about={}, devices=["CPU:0"])
    found = json.loads((tmp_path / "env.json").read_text())
    assert found["devices"] == ["CPU:0"]
    assert found["keras"] and found["shopee_tf"]


def test_a_bad_batch_says_which_rows(tmp_path):
    path = RunFolder(tmp_path).write_bad_batch(np.array([4, 2]), step=3)
    with np.load(path) as found:
        assert found["rows"].tolist() == [4, 2]
        assert found["step"] == 3


def test_a_run_that_starts_over_leaves_no_result_of_the_former(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_metrics([{"epoch": 0}])
    (tmp_path / "reconstructions.png").write_bytes(b"of the former encoder")
    (tmp_path / "encoder").mkdir()
    (tmp_path / "mine.txt").write_text("mine")
    folder.remove_results()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_run_stores_the_products_that_it_was_trained_on(tmp_path):
    listed = catalog(6, image=None)
    RunFolder(tmp_path).write_trained_on(listed, np.array([1, 4]))
    text = (tmp_path / "trained_on.csv").read_text()
    assert text.splitlines() == [
        "posting_id,image_phash,label_group",
        "train_1,0000000000000001,100",
        "train_4,0000000000000004,102",
    ]
