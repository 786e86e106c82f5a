import numpy as np
import pytest

from shopee_tf.models.safetensors_file import read_safetensors
from tests.models.safetensors_writer import write_safetensors


def test_reads_names_shapes_and_numbers(tmp_path):
    tensors = {
        "a.weight": np.arange(6, dtype="float32").reshape(2, 3),
        "half": np.array([0.5, -2], "float16"),
        "steps": np.array(7, "int64"),
        "none": np.zeros((0, 3), "float32"),
    }
    write_safetensors(tmp_path / "x.safetensors", tensors)
    read = read_safetensors(tmp_path / "x.safetensors")
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(read[name], tensor)
        assert read[name].dtype == tensor.dtype


def test_bfloat16_is_the_upper_half_of_a_float32(tmp_path):
    upper = np.array([0x3F80, 0xC020], "uint16")  # 1.0 and -2.5
    write_safetensors(tmp_path / "x", {"a": upper}, dtypes={"a": "BF16"})
    np.testing.assert_array_equal(read_safetensors(tmp_path / "x")["a"], [1.0, -2.5])


@pytest.mark.parametrize(
    "content",
    [b"", b"short", b"\xff" * 64, (20).to_bytes(8, "little") + b"{not json" + b" " * 20]
    + [(2).to_bytes(8, "little") + b"[]", (9).to_bytes(8, "little") + b'{"a": {}}'],
)
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="x: not a safetensors file, or damaged"):
        read_safetensors(tmp_path / "x")


def test_a_file_cut_short_is_refused(tmp_path):
    write_safetensors(tmp_path / "x", {"a": np.zeros(8, "float32")})
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:-1])
    with pytest.raises(ValueError, match="damaged"):
        read_safetensors(tmp_path / "x")


def test_offsets_that_do_not_fit_the_shape_are_refused(tmp_path):
    write_safetensors(tmp_path / "x", {"a": np.zeros(8, "float32")}, dtypes={"a": "F16"})
    with pytest.raises(ValueError, match="damaged"):
        read_safetensors(tmp_path / "x")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere: No such file"):
        read_safetensors(tmp_path / "nowhere")
