import pytest

from shopee_tf.training.layer_rates import layer_rates


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("layer1_dense/kernel", "layer2_dense/kernel"),  # a scratch encoder
        ("hub/v5_l0_q_w", "hub/v25_l1_k_w"),
        ("transformer_layer_0/dense/bias", "transformer_layer_1/dense/bias"),  # KerasHub
        ("bert/encoder_layer_0_attn", "bert/encoder_layer_1_attn"),
    ],
)
@pytest.mark.parametrize("embedding", ["token_embedding/embeddings", "hub/v3_emb_ln_g"])
def test_rates_fall_from_top_to_bottom(lower, upper, embedding):
    assert layer_rates([embedding, lower, upper], decay=0.5) == [0.125, 0.25, 0.5]


def test_what_belongs_to_no_layer_learns_at_the_full_rate():
    paths = ["layer_0/kernel", "pooler/kernel", "arc_margin/class_centers"]
    assert layer_rates(paths, decay=0.5) == [0.5, 1.0, 1.0]


def test_without_a_decay_all_learn_alike():
    assert layer_rates(["a", "b"], decay=1.0) == [1.0, 1.0]


def test_refuses_a_decay_where_no_path_names_a_layer():
    with pytest.raises(ValueError, match="numbers of layers"):
        layer_rates(["dense/kernel", "norm/gamma"], decay=0.9)
