import numpy as np
import pytest

from shopee_tf.retrieval.candidate_lists import first_line


@pytest.mark.parametrize("floor", [-np.inf, -1.0, 0.5, 2.0])
def test_the_first_line_compares_with_padding_and_leaves_out_no_floor(floor):
    line = first_line(floor, 1e-4)
    assert np.isfinite(line)
    assert line < floor or floor == -np.inf
    assert line < 0.99


def test_without_a_floor_the_first_line_is_below_any_cosine():
    assert first_line(-np.inf, 1e-4) < -1.0
