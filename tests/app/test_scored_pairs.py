"""One number a pair: over the line are the matches, whatever decided them."""

import numpy as np

from shopee_tf.app.scored_pairs import score_pairs
from shopee_tf.explaining.cards import Explainer
from shopee_tf.matcher import Matcher
from shopee_tf.systems import Decision, parse_union


def taken(scored):
    over = scored.score >= scored.line
    found = {int(row): {int(row)} for row in scored.rows}
    for row, other in zip(scored.rows[scored.query[over]], scored.other[over]):
        found[int(row)].add(int(other))
    return found


def test_pairs_over_the_line_are_the_matches(bench):
    matches = bench.explainer.decided.matches
    assert taken(bench.scored) == {row: set(found) for row, found in matches.items()}


def test_pairs_of_a_row_fall_and_are_no_more_than_49(bench):
    query, score = bench.scored.query, bench.scored.score
    same = query[1:] == query[:-1]
    assert (score[1:][same] <= score[:-1][same]).all()
    assert np.bincount(query).max() <= 49


def test_hashes_beyond_the_threshold_are_scored_too(catalog, photos, union_bench):
    decision = Decision(parse_union("phash"), ((1.0,),), (0.0,), (-4.0,))
    explainer = Explainer(Matcher(decision, (), {"num_candidates": 120}), union_bench.source)
    scored = score_pairs(decision, explainer.part, whole=explainer.whole)
    assert np.isin([0.0, -2 / 32, -10 / 32], scored.score).all()  # 4, 6 and 14 bits


def test_a_blend_that_takes_nothing_scores_nothing(union_bench):
    decision = Decision(parse_union("tfidf"), ((1.0,),), (0.0,), (np.inf,))
    explainer = union_bench.explainer
    assert not len(score_pairs(decision, explainer.part, whole=explainer.whole).score)
