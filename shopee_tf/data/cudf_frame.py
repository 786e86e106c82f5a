"""A table on an NVIDIA GPU, by cuDF."""

import pandas as pd

from tfrecords.errors import ResourceError


def as_cudf(frame: pd.DataFrame):
    """Copies a table of texts to the GPU: a `cudf.DataFrame`.

    Raises:
      ResourceError: cuDF is not there or cannot use a GPU.
    """
    try:
        import cudf

        return cudf.from_pandas(frame)
    except Exception as error:  # CUDA libraries fail in their own ways where there is no GPU
        raise ResourceError(
            f"cudf is not there or cannot use a GPU ({error}): pip install 'shopee_tf[rapids]' "
            "on a machine with an NVIDIA GPU, or choose the engine pandas"
        ) from error
