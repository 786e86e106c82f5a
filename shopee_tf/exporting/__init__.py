"""Encoders in the formats that other programs load: SavedModel and LiteRT, with a model card."""
