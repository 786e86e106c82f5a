"""What the bytes mean: catalogue, titles, photos, folds, tf.data pipelines."""
