"""Systems and a fitted decision as one artefact: fit, save, load, match."""

from shopee_tf.matcher.folder import load_matcher, save_matcher
from shopee_tf.matcher.matcher import Matcher, fit_matcher, match_catalog, open_part, source_of
from shopee_tf.matcher.seen import Seen, read_seen, seen_by

__all__ = [
    "Matcher", "Seen", "fit_matcher", "load_matcher", "match_catalog", "open_part", "read_seen",
    "save_matcher", "seen_by", "source_of",
]  # fmt: skip
