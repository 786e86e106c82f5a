"""Rows without a partner, and how many of them are given one."""

import numpy as np
import pytest

from shopee_tf.evaluation.open_set import false_matches, partnerless, remove_partners
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError

LABELS = np.repeat(np.arange(100), 4)


def test_thinned_products_keep_one_row_and_the_others_all():
    kept = remove_partners(LABELS, np.arange(400), share=0.3)
    sizes = np.bincount(LABELS[kept], minlength=100)
    assert np.bincount(sizes).tolist() == [0, 30, 0, 0, 70]
    assert (np.diff(kept) > 0).all()


def test_rows_of_other_parts_of_the_catalogue_are_not_asked():
    kept = remove_partners(LABELS, np.arange(200, 400), share=1)
    assert kept.min() >= 200
    assert np.bincount(LABELS[kept])[50:].tolist() == [1] * 50


def test_the_seed_draws_both_the_products_and_the_rows_that_stay():
    rows = np.arange(400)
    first, again, other = (remove_partners(LABELS, rows, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()
    thinned = remove_partners(LABELS, rows, share=1)
    assert len(set((thinned % 4).tolist())) == 4


@pytest.mark.parametrize("share", [0, 1.1, np.nan])
def test_a_share_out_of_bounds_is_refused(share):
    with pytest.raises(UsageError, match="above 0 and at most 1"):
        remove_partners(LABELS, np.arange(400), share=share)


def test_a_row_alone_among_the_rows_is_partnerless():
    assert partnerless(np.array([1, 1, 2, 2, 3]), np.array([0, 2, 3, 4])).tolist() == [
        True, False, False, True,
    ]  # fmt: skip


# Rows 0, 1, 2 are one product (6 true pairs), rows 3 and 4 are alone.
PRODUCTS = np.array([9, 9, 9, 4, 5])
FOUND = Neighbors(
    np.arange(5, dtype=np.int32),
    np.array([[0, 1, 2], [1, 0, 3], [2, 4, 0], [3, 1, -1], [4, 2, 3]], np.int32),
    np.array([[1, 0.9, 0.5], [1, 0.9, 0.7], [1, 0.8, 0.5], [1, 0.7, -np.inf], [1, 0.8, 0.2]],
             np.float32),
)  # fmt: skip


@pytest.mark.parametrize(
    "recall, threshold, rate",
    [(1 / 6, 0.9, 0), (1 / 3, 0.9, 0), (0.4, 0.5, 1), (2 / 3, 0.5, 1), (0.7, np.nan, np.nan)],
)
def test_the_line_is_as_high_as_the_recall_allows(recall, threshold, rate):
    found = false_matches(FOUND, PRODUCTS, recalls=[recall])
    np.testing.assert_allclose(found.thresholds, [threshold], rtol=1e-7)
    np.testing.assert_equal(found.rates, [rate])


def test_a_match_at_the_line_counts_and_one_below_does_not():
    scores = FOUND.similarities.copy()
    scores[0, 2] = scores[2, 2] = 0.75  # the line of the third and fourth pair
    found = false_matches(FOUND._replace(similarities=scores), PRODUCTS, recalls=[0.5])
    assert found.rates.tolist() == [0.5]
    scores[0, 2] = scores[2, 2] = 0.7
    found = false_matches(FOUND._replace(similarities=scores), PRODUCTS, recalls=[0.5])
    assert found.rates.tolist() == [1.0]


def test_a_share_of_the_pairs_that_is_a_whole_number_is_not_rounded_up():
    """0.55 x 20 is 11.000000000000002 in floats; the eleventh pair is what is asked for."""
    rows = np.arange(6, dtype=np.int32)
    others = np.array([[row, *np.delete(rows, row)] for row in rows])
    scores = np.arange(36, dtype=np.float32).reshape(6, 6)  # each pair a score of its own
    labels = np.array([1, 1, 1, 1, 1, 2])
    true = np.sort(scores[:5, 1:5].ravel())[::-1]
    found = false_matches(Neighbors(rows, others, scores), labels, recalls=[0.55])
    assert found.thresholds[0] == true[10]


def test_the_curve_equals_a_loop_over_thresholds():
    rng = np.random.default_rng(0)
    rows = np.arange(60)
    labels = rng.integers(0, 25, 60)
    others = np.array([[row, *rng.choice(np.delete(rows, row), 9, replace=False)] for row in rows])
    scores = rng.integers(0, 30, others.shape).astype(np.float32)
    true = sum(int((labels == label).sum() - 1) for label in labels)
    alone = [row for row in rows if (labels == labels[row]).sum() == 1]
    found = false_matches(Neighbors(rows, others, scores), labels, recalls=[0.02, 0.05, 0.1])
    for recall, rate in zip(found.recalls, found.rates):
        for line in range(29, -1, -1):
            accepted = scores[:, 1:] >= line
            hits = (accepted & (labels[others[:, 1:]] == labels[:, None])).sum()
            if hits >= recall * true:
                break
        assert rate == accepted.any(axis=1)[alone].mean()


@pytest.mark.parametrize("labels", [[1, 2, 3, 4, 5], [1, 1, 1, 1, 1]])
def test_without_pairs_or_without_partnerless_rows_there_is_nothing_to_measure(labels):
    with pytest.raises(UsageError, match="rows with and without a partner; . of 5 have none"):
        false_matches(FOUND, np.array(labels))


# Rows 0 and 1 are one product, 2 to 4 another, 5 is alone; row 2 sees none of its partners.
LARGE_AND_SMALL = np.array([7, 7, 8, 8, 8, 9])
SEEN = Neighbors(
    np.arange(6, dtype=np.int32),
    np.array([[0, 1], [1, 0], [2, 5], [3, 4], [4, 3], [5, 2]], np.int32),
    np.array([[1, 0.5], [1, 0.4], [1, 0.7], [1, 0.9], [1, 0.8], [1, 0.7]], np.float32),
)


@pytest.mark.parametrize(
    "of, recall, threshold",
    [("pairs", 0.125, 0.9), ("pairs", 0.25, 0.8), ("pairs", 0.375, 0.5), ("pairs", 0.5, 0.4),
     ("pairs", 0.51, np.nan),
     ("rows", 0.1, 0.9), ("rows", 0.2, 0.8), ("rows", 0.4, 0.5), ("rows", 0.6, 0.4),
     ("rows", 0.61, np.nan)],
)  # fmt: skip
def test_the_recall_of_rows_gives_each_row_the_same_worth(of, recall, threshold):
    """Of 8 pairs each is worth 0.125; of 5 rows each is worth 0.2, half of it a partner of two."""
    found = false_matches(SEEN, LARGE_AND_SMALL, recalls=[recall], of=of)
    np.testing.assert_allclose(found.thresholds, [threshold], rtol=1e-7)


def test_recall_of_something_else_is_refused():
    with pytest.raises(UsageError, match="of is pairs or rows; received 'products'"):
        false_matches(FOUND, PRODUCTS, of="products")


@pytest.mark.parametrize("recall", [0, 1.01, np.nan])
def test_a_recall_out_of_bounds_is_refused(recall):
    with pytest.raises(UsageError, match="recalls"):
        false_matches(FOUND, PRODUCTS, recalls=[recall])
