"""Every flagfile is a recipe of one command, and says where it comes from and what to expect."""

import importlib
import pathlib

import pytest

from shopee_tf import options
from shopee_tf.systems.grammar import parse_union
from tfrecords.errors import UsageError

FLAGS = pathlib.Path(__file__).parent.parent / "flags"
REQUIRED = {
    "trainers.image": ["--data=data", "--workdir=run"],
    "trainers.text": ["--data=data", "--workdir=run"],
    "trainers.joint": ["--data=data", "--workdir=run"],
    "trainers.autoencoder": ["--data=data", "--workdir=run"],
    "trainers.classifier": ["--data=data", "--workdir=run"],
    "shopee_tf.calibrate": ["--csv=train.csv", "--matcher=matcher"],
    "shopee_tf.evaluate": ["--csv=train.csv"],
    "shopee_tf.compare_backbones": ["--csv=train.csv", "--images=photos"],
    "shopee_tf.make_tfrecords": ["--csv=train.csv", "--output=data"],
}
# What is calibrated is what may be evaluated: the flags of the one are among those of the other.
ALSO = {"shopee_tf.calibrate": {"shopee_tf.evaluate"}}
RECIPES = sorted(path.name for path in FLAGS.iterdir())


def owner(name):
    """The command that a flagfile is for, as its header says."""
    return header(name)["Command"].split()[2]


def header(name):
    """Source, Command, Machine, Time and Score of a flagfile."""
    lines = [line.removeprefix("# ") for line in (FLAGS / name).read_text().splitlines()]
    pairs = [line.split(": ", 1) for line in lines if ": " in line and not line.startswith("-")]
    return dict(pairs)


def parse(name, command):
    define = importlib.import_module(command).define_flags
    return options.parse(define, [f"--flagfile={FLAGS / name}", *REQUIRED[command]])


def test_there_are_recipes():
    assert len(RECIPES) >= 7
    assert all(name.endswith(".txt") for name in RECIPES)


@pytest.mark.parametrize("name", RECIPES)
def test_parses_with_its_own_command(name):
    assert owner(name) in REQUIRED
    parse(name, owner(name))


@pytest.mark.parametrize("name", RECIPES)
def test_parses_with_nothing_else(name):
    for command in REQUIRED.keys() - {owner(name)} - ALSO.get(owner(name), set()):
        with pytest.raises(UsageError):
            parse(name, command)


@pytest.mark.parametrize("name", [name for name in RECIPES if "trainers" in owner(name)])
def test_its_values_can_be_used(name):
    command = importlib.import_module(owner(name))
    command.check_flags(parse(name, owner(name)))


@pytest.mark.parametrize("name", [name for name in RECIPES if owner(name).endswith("evaluate")])
def test_its_systems_can_be_read(name):
    systems = parse(name, owner(name)).systems
    assert len(set(map(parse_union, systems))) == len(systems)


@pytest.mark.parametrize("name", RECIPES)
def test_says_source_command_machine_time_and_score(name):
    found = header(name)
    assert {"Source", "Command", "Machine", "Time", "Score"} <= found.keys()
    words = found["Command"].split()
    assert words[:2] == ["python", "-m"]
    assert f"--flagfile=flags/{name}" in words


@pytest.mark.parametrize("name", RECIPES)
def test_the_stated_command_parses(name):
    words = header(name)["Command"].split()[3:]
    define = importlib.import_module(owner(name)).define_flags
    options.parse(define, [word.replace("flags/", f"{FLAGS}/") for word in words])
