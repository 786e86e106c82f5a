"""Installs shopee_tf. Its version stands in shopee_tf/version.py alone."""

import pathlib
import re

from setuptools import setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(r'^VERSION = "(.+)"', (HERE / "shopee_tf/version.py").read_text(), re.M).group(
    1
)

# Floors, not pins: Colab and Kaggle keep the TensorFlow they come with. The tested set is in
# constraints.txt.
REQUIREMENTS = [
    "absl-py>=1.4",
    "faiss-cpu>=1.9",
    "imagehash>=4.3.1",
    "keras>=3.10",
    "numba>=0.61",
    "numpy>=2.0",
    "pandas>=2.2",
    "pillow>=11.0",
    "scikit-learn>=1.5",
    "scipy>=1.13",
    "setuptools<82",  # tensorflow-hub imports pkg_resources
    "snowballstemmer>=2.2",
    "tensorboard>=2.18",
    "tensorflow>=2.18",
    "tensorflow-hub>=0.16.1",
    "tensorflow-text>=2.18,!=2.21.0",  # 2.21.0 cannot be imported
    "threadpoolctl>=3.1",
    "tqdm>=4.66",
]

EXTRAS = {
    "app": ["streamlit>=1.67"],
    "dev": [
        "jax>=0.4.38",
        "jinja2>=3.1",
        "matplotlib>=3.9",
        "pytest>=8.3",
        "pytest-xdist>=3.6",
        "ruff>=0.9",
        "selenium>=4.27",
        "simplemma>=1.0",
        "sparse-dot-topn>=1.1",
        "streamlit>=1.67",
        "wordcloud>=1.9",
    ],
    "docs": ["mkdocs>=1.6", "mkdocs-material>=9.7", "mkdocstrings[python]>=1.0"],
    "keras-cv": ["keras-cv>=0.9.0"],
    "keras-hub": ["keras-hub>=0.19", "safetensors>=0.5"],  # for presets named hf://
    "lemma": ["simplemma>=1.0"],
    "plots": ["matplotlib>=3.9"],
    "report": ["jinja2>=3.1", "matplotlib>=3.9", "wordcloud>=1.9"],
    "rapids": ["cudf-cu12==26.10.*", "cuml-cu12==26.10.*", "cuvs-cu12==26.10.*"],
    # For `make test-timm` alone: checkpoints of timm are read without them.
    "timm": ["safetensors>=0.5", "timm>=1.0.15", "torch>=2.6", "torchvision>=0.21"],
}

setup(
    name="shopee_tf",
    version=VERSION,
    description="Finds the listings that show the same product, from their photos and titles",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11,<3.14",
    packages=[
        "shopee_tf",
        "shopee_tf.app",
        "shopee_tf.data",
        "shopee_tf.evaluation",
        "shopee_tf.explaining",
        "shopee_tf.exporting",
        "shopee_tf.matcher",
        "shopee_tf.matching",
        "shopee_tf.metrics",
        "shopee_tf.models",
        "shopee_tf.report",
        "shopee_tf.retrieval",
        "shopee_tf.systems",
        "shopee_tf.training",
        "tfrecords",
        "trainers",
    ],
    package_data={"shopee_tf.report": ["page.html", "page.css"]},
    install_requires=REQUIREMENTS,
    extras_require=EXTRAS,
)
