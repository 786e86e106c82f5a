"""What a command can refuse in a moment it refuses before it imports TensorFlow."""

import json
import subprocess
import sys

import pytest

# One process for all, as each takes seconds to import pandas.
PROGRAM = """
import contextlib, importlib, io, json, sys
sys.modules.update(tensorflow=None, keras=None)
for command, *argv in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            module = importlib.import_module(command)
            if hasattr(module, "__path__"):
                module = importlib.import_module(command + ".__main__")
            module.main(argv)
        except SystemExit:
            pass
        except ImportError as error:
            print(error, file=said)
    print(said.getvalue().strip().splitlines()[-1])
"""
CSV = "--csv={0}/train.csv"
DATA = ("--data={0}/empty", "--workdir={0}/run")
MISTAKES = [
    ("shopee_tf.match", CSV, "--matcher={0}/none", "none: no such folder"),
    ("shopee_tf.match", CSV, "--matcher={0}/empty", "matcher.json: no such file"),
    ("shopee_tf.app", CSV, "--matcher={0}/none", "none: no such folder"),
    ("shopee_tf.evaluate", CSV, "--systems=idf", "--images={0}/none", "no such folder of photos"),
    ("shopee_tf.evaluate", "--csv={0}/short.csv", "--systems=idf", "columns title, label_group;"),
    ("shopee_tf.evaluate", CSV, "--systems={0}/empty", "run.json: no such file"),
    ("shopee_tf.report.__main__", CSV, "--output={0}/r.html", "--matcher={0}/none",
     "none: no such folder"),
    ("shopee_tf.report.__main__", CSV, "--output={0}/r.html", "--runs={0}/none",
     "none: no such folder"),
    ("shopee_tf.calibrate", CSV, "--systems=idf", "--matcher={0}/m", "--images={0}/none",
     "no such folder of photos"),
    ("shopee_tf.make_tfrecords", "--csv={0}/short.csv", "--output={0}/o", "missing column title"),
    ("shopee_tf.make_tfrecords", CSV, "--output={0}/o", "--images={0}/none", "no such folder"),
    ("shopee_tf.make_tfrecords", "--csv={0}/bare.csv", "--output={0}/o", "--images={0}/empty",
     "no column image in the csv"),
    ("shopee_tf.embed", "--run={0}/none", "--data={0}/empty", "no such folder; a trainer makes it"),
    ("shopee_tf.embed", "--run={0}/empty", "--data={0}/empty", "no manifest.json"),
    ("shopee_tf.match", CSV, "--matcher={0}/empty", "--output={0}/train.csv",
     "train.csv: is read by this command (--csv); give another name"),
    ("shopee_tf.match", CSV, "--matcher={0}/empty", "--against={0}/bare.csv",
     "--output={0}/bare.csv", "is read by this command (--against)"),
    ("shopee_tf.match", CSV, "--matcher={0}/empty", "--against={0}/bare.csv",
     "--remove={0}/g.txt", "--groups={0}/g.txt", "is read by this command (--remove)"),
    ("shopee_tf.match", CSV, "--matcher={0}/empty", "--output={0}/empty/matcher.json",
     "which is read by this command (--matcher)"),
    ("shopee_tf.explain", CSV, "--matcher={0}/empty", "--pair=a,b", "--output={0}/train.csv",
     "is read by this command (--csv)"),
    ("shopee_tf.evaluate", CSV, "--systems=idf", "--output={0}/train.csv",
     "is read by this command (--csv)"),
    ("shopee_tf.evaluate", CSV, "--systems={0}/run", "--output={0}/run/run.json",
     "is read by this command (--systems)"),
    ("shopee_tf.evaluate", CSV, "--systems=idf", "--output={0}/f1.png", "--plot={0}/f1.png",
     "--output and --plot name the same file"),
    ("shopee_tf.calibrate", CSV, "--systems=idf", "--matcher={0}", "--overwrite",
     "train.csv in it is read (--csv)"),
    ("shopee_tf.calibrate", CSV, "--systems=idf", "--matcher={0}/m",
     "--every_listing_has_a_partner", "--every_listing_has_a_partner is for --search: give both"),
    *(("shopee_tf.evaluate", CSV, "--submission={0}/train.csv", flag,
       f"{flag.split('=')[0]} is for --systems")
      for flag in ("--fusion=union", "--sets=groups", "--variant_guard=veto",
                   "--title_steps=units", "--candidates=fold")),
    ("shopee_tf.make_tfrecords", "--csv={0}/catalog.csv", "--output={0}",
     "catalog.csv: is read by this command (--csv)"),
    ("shopee_tf.compare_backbones", "--data={0}/empty", "--backbones=tiny", "--weights=none",
     "--output={0}/empty/manifest.json", "which is read by this command (--data)"),
    *((f"trainers.{name}", *DATA, "no manifest.json")
      for name in ("autoencoder", "classifier", "image", "joint", "text")),
]  # fmt: skip


@pytest.mark.faults
def test_cheap_mistakes_do_not_wait_for_tensorflow(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "train.csv").write_text("posting_id,image,title,label_group\na,a.jpg,x,1\n")
    (tmp_path / "bare.csv").write_text("posting_id,title\na,x\n")
    (tmp_path / "short.csv").write_text("posting_id\na\n")
    calls = [[word.format(tmp_path) for word in words] for *words, _ in MISTAKES]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(calls), capture_output=True, text=True,
        timeout=300, check=True,
    )  # fmt: skip
    said = dict(zip(map(" ".join, calls), done.stdout.splitlines(), strict=True))
    expected = [message for *_, message in MISTAKES]
    wrong = [pair for pair, part in zip(said.items(), expected, strict=True) if part not in pair[1]]
    assert not wrong
