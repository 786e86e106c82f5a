"""TF-IDF weights on an NVIDIA GPU, by cuML."""

from collections.abc import Sequence

from scipy import sparse

from tfrecords.errors import ResourceError

_BETWEEN = "\x1f"  # white space to Python, so that no term has it


def weigh_on_gpu(terms: Sequence[Sequence[str]], *, binary: bool) -> sparse.csr_matrix:
    """Counts and weighs terms that are cut already.

    Which runs of letters are terms is left to scikit-learn: cuML drops words of one letter, and
    counts the characters of short words otherwise.

    Args:
      terms: of n texts, some of them with a term.
      binary: counts a term once however often it stands in a text.

    Returns:
      [n, terms] float32, terms in the order of their code points, each text of norm 1 or 0.

    Raises:
      ResourceError: cuML is not there or cannot use a GPU.
    """
    try:
        import cudf
        from cuml.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(preprocessor=_as_it_is, delimiter=_BETWEEN, binary=binary)
        texts = cudf.Series([_BETWEEN.join(each) for each in terms])
        return vectorizer.fit_transform(texts).get().tocsr()
    except Exception as error:  # CUDA libraries fail in their own ways where there is no GPU
        raise ResourceError(
            f"cuml is not there or cannot use a GPU ({error}): pip install 'shopee_tf[rapids]' "
            "on a machine with an NVIDIA GPU, or choose the engine scikit-learn"
        ) from error


def _as_it_is(texts):
    return texts
