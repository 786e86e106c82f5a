import numpy as np
import pytest

from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder
from shopee_tf.training.layer_rates import layer_rates
from tests.models.tiny_hub import make_tiny_hub
from tfrecords.errors import UsageError


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


def test_each_encoder_of_a_joint_one_counts_its_own_layers():
    photos = [f"image_encoder/{name}" for name in ("stem_conv/kernel", "block7a_expand/kernel")]
    titles = [f"title_encoder/hub/v{name}" for name in ("0_embed", "1_l0_q", "2_l1_q")]
    others = ["projection/kernel", "arc_margin/class_centers"]
    rates = layer_rates([*titles, *others, *photos], decay=0.5)
    assert rates == [0.125, 0.25, 0.5, 1.0, 1.0, 0.25, 0.5]


@pytest.mark.faults
def test_refuses_a_decay_where_one_of_two_encoders_names_no_layer():
    paths = ["title_encoder/layer_0/kernel", "image_encoder/head/kernel", "arc_margin/centers"]
    with pytest.raises(UsageError, match="received image_encoder/head/kernel[.][.][.]"):
        layer_rates(paths, decay=0.5)


def test_without_a_decay_all_learn_alike():
    assert layer_rates(["a", "b"], decay=1.0) == [1.0, 1.0]


@pytest.mark.faults
def test_refuses_a_decay_where_no_path_names_a_layer(tmp_path):
    hub = TitleEncoderConfig("hub", *make_tiny_hub(tmp_path), max_length=8)
    with pytest.raises(UsageError, match="--layer_lr_decay=0.9: .*hub/v0_word_embeddings"):
        rates_of(build_title_encoder(hub).model, 0.9)


def rates_of(model, decay=0.5):
    """Path -> rate of the variables that a run would train."""
    paths = [variable.path for variable in model.trainable_variables]
    return dict(zip(paths, layer_rates(paths, decay=decay), strict=True))


@pytest.mark.parametrize(
    ("backbone", "steps"),
    [
        ("tiny", {"block1_conv/kernel": 5, "block5_bn/gamma": 1}),
        (
            "efficientnet_b0",
            {"stem_conv/kernel": 8, "stem_bn/gamma": 8, "block1a_dwconv/kernel": 7,
             "block2b_se_reduce/bias": 6, "block7a_bn/beta": 1, "top_conv/kernel": 0},
        ),
        ("vgg16", {"block1_conv1/kernel": 5, "block5_conv3/bias": 1}),
        (
            "resnet50",
            {"conv1_bn/gamma": 5, "conv2_block1_1_conv/kernel": 4, "conv4_block6_3_conv/bias": 2,
             "conv5_block1_0_bn/beta": 1},
        ),
        (
            "convnext_tiny",
            {"convnext_tiny_stem/convnext_tiny_stem_conv/kernel": 5,
             "convnext_tiny_stage_0_block_2_layernorm/gamma": 4,
             "convnext_tiny_downsampling_block_0/convnext_tiny_downsampling_conv_0/kernel": 4,
             "convnext_tiny_stage_3_block_0_depthwise_conv/kernel": 1},
        ),
        (
            "eca_nfnet_l0",
            {"stem.conv1/kernel": 5, "stages.0.0.conv2b/gain": 4, "stages.3.2.attn_last/kernel": 1,
             "final_conv/kernel": 0},
        ),
        ("resnext50_32x4d", {"conv1/kernel": 5, "layer1.0.conv3/kernel": 4, "bn1/gamma": 5}),
        (
            "tf_efficientnet_b0",
            {"conv_stem/kernel": 8, "bn1/gamma": 8, "blocks.0.0.conv_pw/kernel": 7,
             "blocks.6.0.bn3/beta": 1, "conv_head/kernel": 0, "bn2/gamma": 0},
        ),
        ("efficientnet_v2_b0", {"stem_conv/kernel": 7, "block1a_project_conv/kernel": 6}),
        (
            "mobilenet_v2",
            {"Conv1/kernel": 17, "bn_Conv1/gamma": 17, "expanded_conv_project/kernel": 17,
             "block_1_expand/kernel": 16, "block_16_project_BN/beta": 1, "Conv_1/kernel": 0},
        ),
    ],
)  # fmt: skip
def test_photo_networks_learn_more_slowly_towards_their_pixels(backbone, steps):
    config = ImageEncoderConfig(backbone, image_size=32, embedding_dim=4, weights="none")
    rates = rates_of(build_image_encoder(config).model)
    assert {path: rates[path] for path in steps} == {path: 0.5**n for path, n in steps.items()}
    assert rates["projection/kernel"] == 1.0
    assert list(rates.values()) == sorted(rates.values())


def test_a_scratch_bert_learns_more_slowly_towards_its_tokens():
    config = TitleEncoderConfig(
        "scratch", max_length=8, hidden_dim=8, num_layers=2, vocabulary_size=100, neck="batch_norm"
    )
    rates = rates_of(build_title_encoder(config, titles=np.array(["red shoe", "blue"])).model)
    assert rates["embeddings/tokens"] == rates["embeddings/positions"] == 0.125
    assert rates["layer1_dense1/kernel"] == 0.25
    assert rates["layer2_attention/query/bias"] == 0.5
    assert rates["norm/gamma"] == rates["neck/gamma"] == 1.0


def test_a_preset_of_keras_hub_learns_more_slowly_towards_its_tokens():
    keras_hub = pytest.importorskip("keras_hub", reason="KerasHub is not installed")
    rates = rates_of(
        keras_hub.models.BertBackbone(
            vocabulary_size=8, num_layers=2, num_heads=2, hidden_dim=8, intermediate_dim=16,
            max_sequence_length=12,
        )
    )  # fmt: skip
    assert rates["token_embedding/embeddings"] == rates["embeddings_layer_norm/beta"] == 0.125
    assert rates["transformer_layer_0/self_attention_layer/key/bias"] == 0.25
    assert rates["transformer_layer_1/feedforward_layer_norm/gamma"] == 0.5
    assert rates["pooled_dense/kernel"] == 1.0
