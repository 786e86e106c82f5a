"""From similarities to matches: thresholds, union, submission."""
