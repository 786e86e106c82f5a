"""A drawn catalogue, opened with matchers of either kind."""

import numpy as np
import pytest

from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import read_catalog
from shopee_tf.matcher import Matcher, fit_matcher
from shopee_tf.systems import Decision, Source, parse_union


@pytest.fixture(scope="session")
def photos(sample):
    return str(sample / "train_images")


@pytest.fixture(scope="session")
def catalog(sample):
    return read_catalog(sample / "train.csv")


@pytest.fixture(scope="session")
def union_matcher():
    decision = Decision(parse_union("phash+tfidf"), ((1.0,), (1.0,)), (0.0, 0.0), (-8.0, 0.45))
    return Matcher(decision, (), {"num_candidates": 120})


@pytest.fixture(scope="session")
def union_bench(union_matcher, catalog, photos):
    return Workbench(union_matcher, catalog, images=photos)


@pytest.fixture(scope="session")
def pair_bench(catalog, photos):
    rows = np.arange(len(catalog), dtype=np.int32)
    source = Source(catalog, images=photos)
    matcher = fit_matcher(["phash", "tfidf"], source, rows=rows, fusion="boundary")
    return Workbench(matcher, catalog, images=photos)


@pytest.fixture(params=["union", "probabilities"])
def bench(request):
    return request.getfixturevalue("union_bench" if request.param == "union" else "pair_bench")
