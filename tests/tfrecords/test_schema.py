import tensorflow as tf

from tfrecords.schema import Record, parse, serialize

RECORD = Record(7, "train_7", "Sepatu \N{ATHLETIC SHOE} é", b"\xff\xd8\0", "00ff", "-12", 3, "ab")


def test_what_is_parsed_is_what_was_serialized():
    parsed = parse(tf.constant(serialize(RECORD)))
    values = {name: value.numpy() for name, value in parsed.items()}
    expected = {
        name: value.encode() if isinstance(value, str) else value
        for name, value in RECORD._asdict().items()
    }
    assert values == expected


def test_numbers_are_int32_and_the_rest_strings():
    dtypes = {name: value.dtype for name, value in parse(tf.constant(serialize(RECORD))).items()}
    assert {name for name, dtype in dtypes.items() if dtype == tf.int32} == {"row", "label"}
    assert set(dtypes.values()) == {tf.int32, tf.string}


def test_it_parses_inside_a_pipeline():
    dataset = tf.data.Dataset.from_tensors(serialize(RECORD)).map(parse)
    assert next(iter(dataset))["title"].numpy().decode() == RECORD.title


def test_only_the_fields_asked_for_are_parsed():
    assert set(parse(tf.constant(serialize(RECORD)), fields=("row", "title"))) == {"row", "title"}


def test_equal_records_give_equal_bytes():
    again = Record(**dict(reversed(RECORD._asdict().items())))
    assert serialize(again) == serialize(RECORD)
