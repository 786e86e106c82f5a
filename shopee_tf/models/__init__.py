"""Encoders of photos and titles, the ArcFace head they are trained with, and how they are saved."""
