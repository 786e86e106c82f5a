import numpy as np

from shopee_tf.data.photo_grid import framed, photo_grid


def test_photos_stand_in_rows_and_what_is_left_over_is_white():
    photos = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((4, 5, 3), np.uint8)
    grid = photo_grid(photos, columns=2)
    assert grid.shape == (8, 10, 3)
    quarters = [grid[:4, :5], grid[:4, 5:], grid[4:, :5], grid[4:, 5:]]
    assert [np.unique(quarter).tolist() for quarter in quarters] == [[0], [1], [2], [255]]


def test_a_frame_covers_the_rim_alone():
    found = framed(np.zeros((1, 6, 6, 3), np.uint8), np.array([[9, 8, 7]], np.uint8), width=2)
    assert (found[0, 2:4, 2:4] == 0).all()
    assert (found[0, [0, 1, 4, 5]] == [9, 8, 7]).all()
    assert (found[0, :, [0, 1, 4, 5]] == [9, 8, 7]).all()
