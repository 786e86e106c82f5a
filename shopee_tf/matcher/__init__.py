"""Systems and a fitted decision as one artefact: fit, save, load, match."""

from shopee_tf.matcher.folder import load_matcher, save_matcher
from shopee_tf.matcher.matcher import Matcher, fit_matcher, match_catalog, open_part, source_of

__all__ = [
    "Matcher", "fit_matcher", "load_matcher", "match_catalog", "open_part", "save_matcher",
    "source_of",
]  # fmt: skip
