"""Tiny SavedModels with the TF-Hub text contracts, made on the spot: no network, no download."""

import pathlib

import numpy as np
import tensorflow as tf

AutoTrackable = tf.__internal__.tracking.AutoTrackable
INPUT_NAMES = ("input_word_ids", "input_mask", "input_type_ids")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
VOCABULARY = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]"),
    *LETTERS,
    *(f"##{letter}" for letter in LETTERS),
    *("red", "blue", "shoe", "shirt", "phone", "case", "murah", "baju"),
]
MAX_POSITIONS = 32
DIM = 8


def make_tiny_hub(folder: pathlib.Path) -> tuple[str, str]:
    """Writes an encoder and its preprocessor; returns their folders."""
    return make_encoder(folder / "hub_encoder"), make_preprocessor(folder / "hub_preprocessor")


class _Encoder(AutoTrackable):
    """One layer in which every token sees the mean of its title.

    AutoTrackable and not tf.Module: the contract wants attributes `variables` and
    `trainable_variables`, which tf.Module does not save.
    """

    def __init__(self, length: int | None) -> None:
        super().__init__()
        generator = np.random.default_rng(0)

        def variable(name, *shape):
            value = generator.normal(0, 0.5, shape).astype("float32")
            return tf.Variable(value, name=name)

        self.words = variable("word_embeddings", len(VOCABULARY), DIM)
        self.positions = variable("position_embeddings", MAX_POSITIONS, DIM)
        self.own = variable("layer/own", DIM, DIM)
        self.context = variable("layer/context", DIM, DIM)
        self.pooler = variable("pooler/kernel", DIM, DIM)
        self.trainable_variables = [
            self.words, self.positions, self.own, self.context, self.pooler
        ]  # fmt: skip
        self.steps = tf.Variable(0.0, trainable=False, name="steps")
        self.variables = [*self.trainable_variables, self.steps]
        self.regularization_losses = [
            tf.function(lambda: 0.01 * tf.reduce_sum(self.own**2), input_signature=[])
        ]
        self.__call__ = tf.function(self._run)
        spec = {name: tf.TensorSpec([None, length], tf.int32, name=name) for name in INPUT_NAMES}
        for training in (True, False):
            self.__call__.get_concrete_function(spec, training=training)

    def _run(self, inputs, training=False, mask=None):
        del mask
        ids = inputs["input_word_ids"]
        x = tf.gather(self.words, ids) + self.positions[: tf.shape(ids)[1]]
        x = tf.nn.dropout(x, 0.5) if training else x
        weights = tf.cast(inputs["input_mask"], tf.float32)[:, :, None]
        mean = tf.reduce_sum(x * weights, 1, keepdims=True) / tf.reduce_sum(
            weights, 1, keepdims=True
        )
        x = tf.tanh(x @ self.own + mean @ self.context)
        pooled = tf.tanh(x[:, 0] @ self.pooler)
        return {"sequence_output": x, "pooled_output": pooled, "default": pooled}


def make_encoder(folder: pathlib.Path, *, length: int | None = None) -> str:
    """Writes an encoder; with `length` it takes titles of that many tokens only."""
    tf.saved_model.save(_Encoder(length), str(folder))
    return str(folder)


def make_preprocessor(folder: pathlib.Path, *, seq_length: int = 16) -> str:
    """Writes a preprocessor, its vocabulary inside as an asset."""
    import tensorflow_text as text

    vocabulary_file = folder.with_suffix(".txt")
    vocabulary_file.write_text("\n".join(VOCABULARY) + "\n")
    root, tokenizer = AutoTrackable(), AutoTrackable()
    tokenizer.asset = tf.saved_model.Asset(str(vocabulary_file))
    rows = tf.lookup.TextFileInitializer(
        tokenizer.asset.asset_path,
        tf.string, tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER,
    )  # fmt: skip
    tokenizer.table = tf.lookup.StaticVocabularyTable(rows, num_oov_buckets=1)
    tokenizer.pieces = text.BertTokenizer(tokenizer.table, token_out_type=tf.int32, lower_case=True)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def tokenize(titles):
        return tokenizer.pieces.tokenize(titles)

    def pack(pieces, length):
        flat = pieces.merge_dims(1, -1)[:, : length - 2]
        combined, _ = text.combine_segments(
            [flat], VOCABULARY.index("[CLS]"), VOCABULARY.index("[SEP]")
        )
        ids, mask = text.pad_model_inputs(combined, length, pad_value=0)
        values = (tf.cast(ids, tf.int32), tf.cast(mask, tf.int32), tf.zeros_like(ids, tf.int32))
        return dict(zip(INPUT_NAMES, values))

    @tf.function(
        input_signature=[
            [tf.RaggedTensorSpec([None, None, None], tf.int32)],
            tf.TensorSpec([], tf.int32),
        ]
    )
    def bert_pack_inputs(segments, seq_length):
        return pack(segments[0], seq_length)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def call(titles):
        return pack(tokenizer.pieces.tokenize(titles), seq_length)

    tokenizer.__call__ = tokenize
    root.tokenize, root.bert_pack_inputs, root.__call__ = tokenizer, bert_pack_inputs, call
    tf.saved_model.save(root, str(folder))
    vocabulary_file.unlink()
    return str(folder)
