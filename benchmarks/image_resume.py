"""Does a run that is killed five times end in the same weights as one that never is?

A training of --backbone from scratch, with changed photos, dropout and batch normalization, is
killed (SIGKILL) after a step, before, within and after a checkpoint, and while an epoch is judged,
and started again each time. All its variables and the kept encoder are then compared, bit for bit,
with those of the same run in one go. The photos are drawn. The last line is JSON; the status is 1
where anything differs.

Usage: python benchmarks/image_resume.py [--backbone=efficientnet_b0] [--image_size=64]
"""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

STEP = 4  # whose checkpoint is disturbed; one is written every other step


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_after_step() -> None:
    from shopee_tf.training.meter import Meter

    count_step = Meter.step

    def step_and_kill(self, step, **line):
        count_step(self, step, **line)
        if step == STEP - 1:
            kill()

    Meter.step = step_and_kill


def kill_before_checkpoint() -> None:
    around_checkpoint(lambda save: kill())


def kill_after_checkpoint() -> None:
    def save_and_kill(save):
        save()
        kill()

    around_checkpoint(save_and_kill)


def kill_within_checkpoint() -> None:
    """Once the arrays are in the temporary folder, and their checksums are not."""
    from shopee_tf.training import checkpoints

    def save_and_kill(save):
        checkpoints._sums = lambda folder: kill()
        save()

    around_checkpoint(save_and_kill)


def around_checkpoint(change) -> None:
    from shopee_tf.training import session

    save = session.save_checkpoint

    def save_checkpoint(*args, step, **options):
        now = lambda: save(*args, step=step, **options)  # noqa: E731
        return change(now) if step == STEP else now()

    session.save_checkpoint = save_checkpoint


def kill_while_judging() -> None:
    from shopee_tf.training import session

    judge = session.judge_encoder

    def judge_encoder(*args, progress, **options):
        return judge(*args, progress=lambda done, total: kill(), **options)

    session.judge_encoder = judge_encoder


POINTS = {
    "after step": kill_after_step,
    "before checkpoint": kill_before_checkpoint,
    "within checkpoint": kill_within_checkpoint,
    "after checkpoint": kill_after_checkpoint,
    "while judging": kill_while_judging,
}


def train(argv: list[str], *, point: str | None = None) -> None:
    """Trains in a process of its own, which is killed at a point."""
    script = ["from benchmarks import image_resume as this; from trainers import image; import sys"]
    script += [f"this.POINTS[{point!r}]()"] if point else []
    script += ["image.main(sys.argv[1:])"]
    program = [sys.executable, "-c", "; ".join(script), *argv]
    done = subprocess.run(program, capture_output=True, text=True)
    expected = -signal.SIGKILL if point else 0
    if done.returncode != expected:
        raise SystemExit(
            f"{point or 'to the end'}: status {done.returncode}\n{done.stderr[-3000:]}"
        )
    print(f"{point or 'to the end'}: status {done.returncode}", flush=True)


def make_records(folder: pathlib.Path, args) -> pathlib.Path:
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.records import build_tfrecords
    from shopee_tf.data.sample import make_sample

    make_sample(folder / "sample", num_postings=args.photos, image_size=args.image_size)
    catalog = read_catalog(folder / "sample" / "train.csv")
    build_tfrecords(catalog, folder / "records", images=folder / "sample" / "train_images")
    return folder / "records"


def differences(first: pathlib.Path, second: pathlib.Path) -> tuple[int, int]:
    """How many arrays there are, and how many differ."""
    from shopee_tf.training.checkpoints import read_latest

    def arrays(run):
        kept = np.load(run / "encoder" / "weights.npz", allow_pickle=False)
        return [*read_latest(run / "checkpoints").arrays, *(kept[name] for name in kept.files)]

    pairs = list(zip(arrays(first), arrays(second), strict=True))
    return len(pairs), sum(one.tobytes() != other.tobytes() for one, other in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", default="efficientnet_b0")
    parser.add_argument("--image_size", type=int, default=64)
    parser.add_argument("--photos", type=int, default=60)
    args = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        flags = [
            f"--data={make_records(folder, args)}", f"--backbone={args.backbone}",
            f"--image_size={args.image_size}", "--weights=none", "--augment=basic,rand_augment",
            "--dropout=0.3", "--epochs=2", "--batch_size=8", "--fold=0", "--save_every=2",
            "--ema_decay=0.9", "--strategy=cpu",
        ]  # fmt: skip
        broken, whole = folder / "broken", folder / "whole"
        for point in POINTS:
            train([*flags, f"--workdir={broken}"], point=point)
        train([*flags, f"--workdir={broken}"])
        train([*flags, f"--workdir={whole}"])
        count, differing = differences(broken, whole)
    line = {"name": f"{args.backbone} killed {len(POINTS)} times", "arrays": count}
    line |= {"differing": differing, "seconds": round(time.monotonic() - started)}
    print(json.dumps(line))
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
