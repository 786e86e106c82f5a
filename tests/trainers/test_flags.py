"""What is refused before TensorFlow is imported, and how fast."""

import subprocess
import sys

import pytest

from shopee_tf import options
from tfrecords.errors import UsageError
from trainers import image, text

NEEDED = ["--data=data", "--workdir=run"]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("trainer", "flag"),
    [
        (image, "--margin=1.6"), (image, "--margin=-1"), (image, "--fold=5"),
        (image, "--num_folds=2"), (image, "--batch_size=0"), (image, "--epochs=-1"),
        (image, "--image_size=16"), (image, "--weights=no/such/file"), (image, "--dropout=1"),
        (image, "--augment=keras_cv"), (image, "--backbone=vgg"), (image, "--learning_rate=0"),
        (image, "--warmup_epochs=99"), (image, "--label_smoothing=1"), (image, "--precision=half"),
        (text, "--encoder=some/folder"), (text, "--encoder=keras_hub:"), (text, "--max_length=2"),
        (text, "--hidden_dim=15"), (text, "--encoder_dropout"), (text, "--backbone=tiny"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_refused(trainer, flag):
    with pytest.raises(UsageError) as error:
        trainer.check_flags(options.parse(trainer.define_flags, [*NEEDED, flag]))
    assert "\n" not in str(error.value)


def test_float16_on_a_cpu_is_refused():
    argv = [*NEEDED, "--precision=mixed_float16", "--strategy=cpu"]
    with pytest.raises(UsageError, match="--precision"):
        image.check_flags(options.parse(image.define_flags, argv))


@pytest.mark.parametrize(("trainer", "flags", "what"), [
    (text, ["--encoder=a", "--preprocessor=b"], "a TF-Hub encoder"),
    (text, ["--precision=mixed_float16"], "--precision=mixed_float16"),
    (image, ["--augment=flip,keras_cv", "--noresume"], "--augment=keras_cv"),
])  # fmt: skip
def test_what_needs_tensorflow_is_refused_on_jax(trainer, flags, what, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(UsageError, match=f"KERAS_BACKEND=jax: {what} needs"):
        trainer.check_flags(options.parse(trainer.define_flags, [*NEEDED, *flags]))


@pytest.mark.parametrize("trainer", [image, text], ids=["image", "text"])
def test_torch_is_refused_and_jax_taken(trainer, monkeypatch):
    values = options.parse(trainer.define_flags, NEEDED)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    trainer.check_flags(values)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    with pytest.raises(UsageError, match="KERAS_BACKEND=torch"):
        trainer.check_flags(values)


@pytest.mark.parametrize("argv", [["--help"], [*NEEDED, "--margin=2"]], ids=["help", "refusal"])
@pytest.mark.parametrize("command", ["trainers.image", "trainers.text"])
def test_answers_without_tensorflow(command, argv):
    program = f"import sys, {command} as command\ntry: command.main({argv})\nexcept SystemExit as e: code = e.code\nprint(code, 'tensorflow' in sys.modules, 'keras' in sys.modules)"  # noqa: E501
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.splitlines()[-1] == f"{int(argv != ['--help'])} False False"
