import numpy as np
import pytest

from shopee_tf.evaluation.mistakes import Mistake, Shown
from shopee_tf.training.error_page import HEADER, photo_page, plain, title_table

MISTAKES = [
    Mistake(2, 0.5, (Shown(0, False), Shown(1, True)), (Shown(4, False), Shown(1, True))),
    Mistake(3, 0.667, (), ()),
]
MIDDLES = [40, 132, 212, 292, 384, 464, 544]
GRAY, GREEN, RED, WHITE = (120, 120, 120), (60, 150, 90), (200, 60, 50), (255, 255, 255)


def photos(rows, *, side):
    return np.asarray(rows, np.uint8)[:, None, None, None] * np.ones((side, side, 3), np.uint8)


def test_each_mistake_is_a_row_of_the_listing_the_true_and_the_found():
    page = photo_page(MISTAKES, photos)
    assert page.shape == (160, 7 * 80 + 2 * 12, 3)
    middles = page[40::80, MIDDLES, 0].tolist()
    assert middles == [[2, 0, 1, 255, 4, 1, 255], [3, *[255] * 6]]


def test_frames_tell_right_from_wrong():
    corners = photo_page(MISTAKES, photos)[0, np.array(MIDDLES) - 40]
    expected = [GRAY, RED, GREEN, WHITE, RED, GREEN, WHITE]
    assert [tuple(corner) for corner in corners.tolist()] == expected


def test_titles_stand_in_a_table():
    titles = np.array(["nol", "satu", "dua", "tiga", "empat"], object)
    header, first, second = title_table(MISTAKES, titles)
    assert header == HEADER
    assert first == ("0.50", "dua", "- **missed** nol\n- satu", "- **wrong** empat\n- satu")
    assert second == ("0.67", "tiga", "nothing", "nothing")


@pytest.mark.filterwarnings("ignore:html5lib:DeprecationWarning")
def test_a_title_is_shown_as_it_is():
    from tensorboard.plugin_util import markdown_to_safe_html

    title = "# <b>SALE</b> [x](http://a.b) *50* & `c` ![y](z) &lt; | a_b_c 1. 2"
    shown = markdown_to_safe_html(plain(title))
    text = shown.replace("<p>", "").replace("</p>", "").strip()
    assert "<" not in text
    unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert unescaped == title
