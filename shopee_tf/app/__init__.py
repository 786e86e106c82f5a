"""The page that people look at a catalogue with: find, review, groups, threshold."""
