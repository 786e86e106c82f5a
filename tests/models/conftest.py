import pathlib
import shutil

import keras
import pytest

SHARED_WEIGHTS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "weights"


@pytest.fixture(scope="session")
def made_hub(tmp_path_factory):
    from tests.models.tiny_hub import make_tiny_hub

    folder = tmp_path_factory.mktemp("hub")
    make_tiny_hub(folder)
    return folder


@pytest.fixture
def tiny_hub(made_hub, tmp_path):
    """(encoder folder, preprocessor folder), the test's own copies."""
    shutil.copytree(made_hub, tmp_path / "hub")
    return str(tmp_path / "hub" / "hub_encoder"), str(tmp_path / "hub" / "hub_preprocessor")


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture
def policy():
    """Sets a precision policy for one test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.fixture
def shared_weights():
    """Returns the path of a pretrained weights file, or skips where it is not."""

    def find(name: str) -> str:
        path = SHARED_WEIGHTS / name
        if not path.exists():
            pytest.skip(f"no pretrained weights at {path}")
        return str(path)

    return find
