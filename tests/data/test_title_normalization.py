import numpy as np
import pytest

from shopee_tf.data.title_normalization import STEPS, normalize_title
from tfrecords.errors import UsageError


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Gula 0,25kg", "Gula 250g"),
        ("Gula (isi 12pcs)", "Gula (12pcs)"),
        ("Kabel x10m", "Kabel x 10m"),
        ("Madu 20grx10", "Madu 20g x 10pcs"),
        ("X 455l X 455LA", "X 455l X 455LA"),
        ("tas merah", "tas merah"),
    ],
)
def test_units(title, expected):
    assert normalize_title(title, ["units"]) == expected


@pytest.mark.parametrize("step", STEPS)
def test_an_empty_title_stays_empty(step):
    assert normalize_title("", [step]) == ""


def test_without_steps_a_title_stays_as_it_is():
    assert normalize_title("Gula 0,25kg!", []) == "Gula 0,25kg!"


def test_the_order_of_naming_does_not_matter():
    title = r"\xe2\x9d\xa4 0,25kg"
    assert normalize_title(title, STEPS) == normalize_title(title, STEPS[::-1])


def test_an_unknown_step_is_refused():
    with pytest.raises(UsageError, match="'shouting'.*units"):
        normalize_title("Gula", ["units", "shouting"])


def test_units_of_random_text_come_to_rest():
    rng = np.random.default_rng(0)
    pieces = ["1", "20", "3,5", "0.25", " ", "x", "X ", "kg", " gr", "l", "cm", "pcs", "a", "/"]
    for number in range(3000):
        title = "isi " * (number % 2) + "".join(rng.choice(pieces, rng.integers(1, 9)))
        once = normalize_title(title, ["units"])
        assert normalize_title(once, ["units"]) == once, title
