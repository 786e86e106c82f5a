"""Honest evaluation: who may be scored on what."""
