"""The picture of an autoencoder."""

import numpy as np
from PIL import Image

from shopee_tf.evaluation.reconstructions import draw_reconstructions


def test_each_row_is_named_beside_its_photos(tmp_path):
    photos = np.full((3, 16, 16, 3), 100.0)
    draw_reconstructions(photos, np.full((3, 16, 16, 3), 0.2), tmp_path / "r.png")
    picture = np.array(Image.open(tmp_path / "r.png"))
    assert picture.shape == (2 * 18, 80 + 8 * 18, 3)
    above, below = picture[:18], picture[18:]
    assert (above[:16, 80:96] == 100).all() and (below[:16, 80:96] == 51).all()
    widths = [np.flatnonzero((row[:, :80] < 128).any(axis=(0, 2))).max() for row in (above, below)]
    assert 20 < widths[0] < 50 < widths[1] < 79  # "photos" is shorter than "reconstructions"
