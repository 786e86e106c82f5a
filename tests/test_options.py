"""How commands parse flags and end."""

import subprocess
import sys

import pytest

from shopee_tf import options, shared_flags
from shopee_tf.data.title_normalization import STEPS
from shopee_tf.systems.decision import GUARDS
from tfrecords.errors import DataError, UsageError


def define(values):
    options.string(values, "data", None, "Where the data is.")
    options.integer(values, "count", 3, "How many.", lower_bound=1)
    options.require(values, "data")


def parse(*argv):
    return options.parse(define, argv, usage="A command.")


def test_values_and_defaults():
    values = parse("--data=x")
    assert (values.data, values.count) == ("x", 3)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--count=2"], "data"),
        (["--data=x", "--count=0"], "count"),
        (["--data=x", "--count=many"], "count"),
        (["--data=x", "--dat=y"], "dat"),
        (["--data=x", "stray"], "not a flag: stray"),
        (["--data=x", "--flagfile=missing.txt"], "missing.txt"),
    ],
)
def test_wrong_flags_are_named(argv, message):
    with pytest.raises(UsageError, match=message):
        parse(*argv)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("--count=a", "flag --count=a: expected a whole number"),
        ("--rate=a", "flag --rate=a: expected a number"),
        ("--rate=nan", "flag --rate=nan: expected a finite number"),
        ("--rate=inf", "flag --rate=inf: expected a finite number"),
        ("--share=nan", "flag --share=nan: expected a finite number"),
        ("--dry_run=a", "flag --dry_run=a: expected true or false"),
        ("--kinds=a,d", "flag --kinds=a,d: expected one or more of a, b, c, each once"),
        ("--kinds=", "flag --kinds=: expected one or more of a, b, c, each once"),
    ],
)
def test_wrong_values_are_refused_in_plain_words(word, message):
    def define_more(values):
        options.integer(values, "count", 3, "How many.")
        options.number(values, "rate", 3.0, "How fast.")
        options.number(values, "share", None, "Of all.", lower_bound=0.0, upper_bound=1.0)
        options.boolean(values, "dry_run", False, "Nothing is written.")
        options.choices(values, "kinds", ["a"], ("a", "b", "c"), "Which.")

    with pytest.raises(UsageError) as caught:
        options.parse(define_more, [word])
    assert str(caught.value) == message


@pytest.mark.parametrize("line", ["data=x", "--count=4 # a comment", "word"])
def test_lines_that_absl_would_misread_are_refused(tmp_path, line):
    path = tmp_path / "flags.txt"
    path.write_text(f"# a header\n{line}\n")
    with pytest.raises(UsageError, match="line 2"):
        parse("--data=x", f"--flagfile={path}")


def test_a_flagfile_may_be_a_word_of_its_own(tmp_path):
    path = tmp_path / "flags.txt"
    path.write_text("--count=7\n")
    assert parse("--data=x", "--flagfile", str(path)).count == 7


def test_what_is_missing_is_named_in_a_few_words():
    with pytest.raises(UsageError, match="^missing --data$"):
        parse()


def test_help_names_every_flag(capsys):
    with pytest.raises(SystemExit) as end:
        parse("--help")
    assert end.value.code == 0
    assert "--count" in capsys.readouterr().out


def test_the_flags_of_titles_name_every_guard_and_every_step():
    values = options.parse(shared_flags.define_titles, [])
    assert tuple(values["variant_guard"].parser.enum_values) == GUARDS
    steps = values["title_steps"].help.partition(": ")[2].partition(";")[0]
    assert steps.split(", ") == sorted(STEPS)


def test_parsing_twice_in_one_process_is_fine():
    assert parse("--data=1").data == "1"
    assert parse("--data=2").data == "2"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no"), 1),
        (DataError("bad row 3"), 2),
        (ModuleNotFoundError("No module named 'absent'", name="absent.part"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_one_line_and_an_exit_code(capsys, error, code):
    def fail(values):
        raise error

    with pytest.raises(SystemExit) as end:
        options.run(fail, define, ["--data=x"], usage="A command.")
    assert end.value.code == code
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")


def test_a_module_that_an_installed_package_lacks_is_no_mistake_of_the_user():
    def fail(values):
        import shopee_tf.absent  # noqa: F401

    with pytest.raises(ModuleNotFoundError):
        options.run(fail, define, ["--data=x"], usage="A command.")


@pytest.mark.faults
@pytest.mark.parametrize(
    ("body", "argv"), [("print('line\\n' * 100_000)", []), ("print('line')", []), ("1", ["--help"])]
)
def test_a_reader_that_wants_no_more_ends_it_quietly(body, argv):
    run = f"options.run(lambda values: {body}, lambda values: None, {argv}, usage='A command.')"
    command = [sys.executable, "-c", f"from shopee_tf import options; {run}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
