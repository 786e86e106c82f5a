"""What several tests share: the real listings, where they are, and a small drawn catalogue."""

import pathlib

import pytest

SHARED_DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> pathlib.Path:
    """The folder of real listings beside the checkout; skips the test where there is none."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real listings at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> pathlib.Path:
    """A drawn catalogue of 120 listings with photos of 64 pixels a side. Not to be changed."""
    from shopee_tf.data.sample import make_sample

    folder = tmp_path_factory.mktemp("drawn") / "sample"
    make_sample(folder, num_postings=120, image_size=64)
    return folder
