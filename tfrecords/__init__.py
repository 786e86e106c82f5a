"""Bytes on disk: sharded TFRecords with a manifest that vouches for every byte.

Would a program that never trains a model want it? Then it is here; all else is in `shopee_tf`.
"""
