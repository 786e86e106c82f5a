"""The F1 of listings whose matches are their group."""

import numpy as np
import pytest

from shopee_tf.metrics import group_f1, score_rows


def test_it_is_the_f1_of_the_matches_that_the_groups_are():
    rng = np.random.default_rng(0)
    groups, labels = rng.integers(0, 7, 40), rng.integers(0, 9, 40)
    matches = {row: np.flatnonzero(groups == groups[row]).tolist() for row in range(40)}
    np.testing.assert_allclose(group_f1(groups, labels), score_rows(matches, labels).f1)


def test_groups_that_do_not_go_with_the_labels():
    with pytest.raises(ValueError, match="received groups of shape"):
        group_f1(np.zeros(2, int), np.zeros(3, int))
