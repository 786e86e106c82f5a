"""Six listings of three products, matched by a rule whose errors are plain to see."""

from shopee_tf.matcher import Matcher
from shopee_tf.report.predictions import of_matcher
from shopee_tf.systems import Decision, Source, parse_union
from tests.listings import catalog

TITLES = ["tas kulit", "tas kulit", "tas kain", "topi anak", "topi anak", "tas kain merah"]
LABELS = ["10", "10", "20", "30", "30", "10"]
CATALOG = catalog(6, title=TITLES, label_group=LABELS)
DECISION = Decision(parse_union("idf"), ((1.0,),), (0.0,), (0.6,))
MATCHER = Matcher(DECISION, (), {"f1": 0.5, "num_candidates": 6})
MATCHES = {0: [0, 1], 1: [1, 0], 2: [2, 5], 3: [3, 4], 4: [4, 3], 5: [5, 2]}
"""What it finds: row 5 is of product 10, is taken for 20, and missed by the rows 0 and 1."""


def predictions(seen=None, listings=CATALOG):
    return of_matcher(MATCHER, seen, Source(listings))


def no_photo(row):
    return None
