import numpy as np
import pytest

from shopee_tf.data.title_normalization import STEPS, normalize_title
from shopee_tf.data.titles import clean_title
from shopee_tf.data.variants import parse_variants
from tfrecords.errors import UsageError

LONG = 100_000


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


@pytest.mark.parametrize(
    ("step", "title", "expected"),
    [
        ("byte_escapes", r"b'Tas \xe2\x9d\xa4'", "Tas ❤"),
        ("byte_escapes", 'b"L\'Oreal"', "L'Oreal"),
        ("byte_escapes", r"Tas\nmerah\r\n", "Tas merah  "),
        ("accents", "Crème Brûlée ÉCLAIR ñ", "Creme Brulee ECLAIR n"),
        ("accents", "straße حقيبة กระเป๋า", "straße حقيبة กระเป๋า"),
        ("promo", "PROMO Tas BISA COD ready-stock murah", "Tas"),
        ("promo", "100% original Tas original 100 %", "Tas"),
        ("promo", "Tas modern, orisinal", "Tas modern, orisinal"),
        ("promo", "PROMO MURAH", "PROMO MURAH"),  # nothing else is there
        ("punctuation", "[Tas] anak-anak, 100%!", "Tas anak anak 100"),
        ("punctuation", "❤!?", ""),
        ("stop_words", "Tas untuk wanita DAN anak for kids", "Tas wanita anak kids"),
        ("stop_words", "Sepatu slip on, make up", "Sepatu slip on, make up"),
        ("stop_words", "untuk dan", "untuk dan"),
        ("stem", "Membersihkan PEMBERSIH", "bersih bersih"),
        ("stem", "brushes A10s 250gr", "brush A10s 250gr"),
        ("lemma", "Membersihkan boxes A10s", "bersih box A10s"),
    ],
)
def test_steps(step, title, expected):
    assert normalize_title(title, [step]) == expected


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"stem", "lemma"}))
@pytest.mark.parametrize(
    "title",
    ["", "❤", "PROMO", "0,25kg isi 12!", "Crème untuk Tas", r"b'\x41\n'", "1 2 3", "ready ready"],
)
def test_a_step_done_again_changes_nothing(step, title):
    once = normalize_title(title, [step])
    assert normalize_title(once, [step]) == once


def test_units_are_read_before_punctuation_is_dropped():
    assert normalize_title("Kabel 4,5 m", ["punctuation", "units"]) == "Kabel 450cm"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1,", "1x", "x1", "1cmx", "isi ", "a1", "a", "a ", "promo ", "ready", "100% ", "-",
     "é", "٣", "\\x5c", "iphone 7/", "no. ", "memper", "\U0001f525"],
)  # fmt: skip
def test_the_longest_titles_are_normalised(step, piece):
    title = (piece * LONG)[:LONG]
    assert len(normalize_title(title, [step])) <= 4 * LONG
    parse_variants(title)


def test_digits_alone_stay_as_they_are():
    assert normalize_title("12345678901234567890 ٣٤", ["units", "punctuation"]) == (
        "12345678901234567890 ٣٤"
    )


@pytest.mark.real_data
@pytest.mark.parametrize("step", sorted(set(STEPS) - {"stem", "lemma"}))
def test_real_titles_come_to_rest(step, shared_data):
    lines = (shared_data / "shopee" / "train.csv").read_text(encoding="utf-8").splitlines()
    for line in lines[1::4]:
        once = normalize_title(clean_title(line), [step])
        assert normalize_title(once, [step]) == once


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
