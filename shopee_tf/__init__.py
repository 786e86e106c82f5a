"""Finds the listings that show the same product, from their photos and titles.

Synopsis:

    import shopee_tf

    catalog = shopee_tf.read_catalog("train.csv")
    image_encoder = shopee_tf.load_encoder("runs/image_b3/encoder")
    title_encoder = shopee_tf.load_encoder("runs/text_bert/encoder")
    photos = shopee_tf.embed_catalog(image_encoder, catalog, images="train_images")
    titles = shopee_tf.embed_catalog(title_encoder, catalog)
    by_photo = shopee_tf.find_matches(shopee_tf.cosine_neighbors(photos), 0.80)
    by_title = shopee_tf.find_matches(shopee_tf.cosine_neighbors(titles), 0.75)
    matches = shopee_tf.combine(by_photo, by_title)
    print(shopee_tf.row_f1(matches, catalog.labels))
    shopee_tf.write_submission(matches, catalog, "submission.csv")

`python -m shopee_tf` lists the commands.
"""

import importlib

from shopee_tf.version import VERSION as __version__

# The public API: name -> module. Nothing is imported before it is used, so that --help is instant.
_PUBLIC = {
    "Catalog": "shopee_tf.data.catalog",
    "catalog_from_frame": "shopee_tf.data.catalog",
    "read_catalog": "shopee_tf.data.catalog",
    "assign_folds": "shopee_tf.data.folds",
    "sample_products": "shopee_tf.data.folds",
    "make_sample": "shopee_tf.data.sample",
    "build_tfrecords": "shopee_tf.data.records",
    "ImageEncoderConfig": "shopee_tf.models.image_encoder",
    "build_image_encoder": "shopee_tf.models.image_encoder",
    "TitleEncoderConfig": "shopee_tf.models.title_encoder",
    "build_title_encoder": "shopee_tf.models.title_encoder",
    "JointEncoderConfig": "shopee_tf.models.joint_encoder",
    "build_joint_encoder": "shopee_tf.models.joint_encoder",
    "ArcMarginProduct": "shopee_tf.models.arc_margin",
    "arc_margin_logits": "shopee_tf.models.arc_margin",
    "cos_margin_logits": "shopee_tf.models.heads",
    "best_sub_centers": "shopee_tf.models.heads",
    "curricular_logits": "shopee_tf.models.heads",
    "next_t": "shopee_tf.models.heads",
    "normalized_softmax_logits": "shopee_tf.models.heads",
    "supervised_contrastive": "shopee_tf.models.metric_losses",
    "multi_similarity": "shopee_tf.models.metric_losses",
    "build_classifier": "shopee_tf.models.classifier",
    "load_encoder": "shopee_tf.models.saving",
    "save_encoder": "shopee_tf.models.saving",
    "embed_catalog": "shopee_tf.encoding",
    "embed_records": "shopee_tf.encoding",
    "Embeddings": "shopee_tf.retrieval.embeddings",
    "load_embeddings": "shopee_tf.retrieval.embeddings",
    "save_embeddings": "shopee_tf.retrieval.embeddings",
    "Neighbors": "shopee_tf.retrieval.neighbors",
    "cosine_neighbors": "shopee_tf.retrieval.neighbors",
    "euclidean_neighbors": "shopee_tf.retrieval.neighbors",
    "hamming_neighbors": "shopee_tf.retrieval.hamming",
    "tfidf_embeddings": "shopee_tf.retrieval.tfidf",
    "find_matches": "shopee_tf.matching.thresholds",
    "fit_threshold": "shopee_tf.matching.thresholds",
    "combine": "shopee_tf.matching.fusion",
    "fit_union": "shopee_tf.matching.fusion",
    "read_submission": "shopee_tf.matching.submission",
    "write_submission": "shopee_tf.matching.submission",
    "bcubed": "shopee_tf.metrics",
    "bcubed_groups": "shopee_tf.metrics",
    "mean_average_precision": "shopee_tf.metrics",
    "pair_agreement": "shopee_tf.metrics",
    "row_f1": "shopee_tf.metrics",
    "score_rows": "shopee_tf.metrics",
    "explain_pair": "shopee_tf.explaining.cards",
    "fit_matcher": "shopee_tf.matcher",
    "load_matcher": "shopee_tf.matcher",
    "match_catalog": "shopee_tf.matcher",
    "save_matcher": "shopee_tf.matcher",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'shopee_tf' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
