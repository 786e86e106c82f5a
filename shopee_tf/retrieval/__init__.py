"""From vectors, titles and hashes to neighbours: the exact search that every system ends in."""
