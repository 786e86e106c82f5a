"""Why two listings match, or do not."""
