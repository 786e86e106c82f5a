"""A new listing is matched as the command matches it, and what is known stays known."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf.app.queries import ask
from shopee_tf.app.uploads import read_upload
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.catalog_join import join_catalogs
from shopee_tf.data.image_files import read_image
from shopee_tf.matcher import Matcher, match_catalog
from shopee_tf.matching.refinements import Step
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.systems import Decision, Source, parse_union
from shopee_tf.systems.run_embeddings import RunEmbeddings
from tfrecords.errors import DataError, UsageError


def test_a_photo_finds_its_own_product(bench, catalog, photos):
    for row in (0, 17, 60):
        best = ask(bench, photo=read_upload(read_image(photos, catalog.images[row])))[0]
        found = bench.row_of(best.second.posting_id)
        assert best.verdict.accepted and catalog.labels[found] == catalog.labels[row]


def test_a_title_finds_what_matching_against_the_catalogue_finds(bench, catalog):
    title = catalog.titles[5] + " promo"
    cards = ask(bench, title=title, limit=49)
    columns = dict.fromkeys(bench.catalog.frame.columns.drop("label_group"), "")
    new = catalog_from_frame(pd.DataFrame([columns | {"posting_id": "new", "title": title}]))
    joined = join_catalogs(bench.catalog, new)
    matches = match_catalog(bench.matcher, Source(joined.catalog), rows=joined.new_rows)
    accepted = {card.second.posting_id for card in cards if card.verdict.accepted}
    assert accepted == set(joined.catalog.posting_ids[matches[len(catalog)][1:]])


def test_an_id_that_is_taken_is_not_given_again(union_matcher):
    table = pd.DataFrame({"posting_id": ["new", "new1"], "title": ["tas kulit", "tas"]})
    decision = Decision(parse_union("tfidf"), ((1.0,),), (0.0,), (0.5,))
    bench = Workbench(Matcher(decision, (), {"num_candidates": 2}), catalog_from_frame(table))
    cards = ask(bench, title="tas kulit")
    assert {card.first.posting_id for card in cards} == {"new2"}
    assert cards[0].second.posting_id == "new"


def test_neither_photo_nor_title_is_no_question(union_bench):
    with pytest.raises(UsageError, match="photo or a title"):
        ask(union_bench, title="  ")


def test_a_photo_that_no_system_looks_at_is_refused(catalog, photos):
    decision = Decision(parse_union("tfidf"), ((1.0,),), (0.0,), (0.5,))
    bench = Workbench(Matcher(decision, (), {"num_candidates": 120}), catalog, images=photos)
    assert not bench.sees_photos
    with pytest.raises(UsageError, match="No system of this matcher looks at photos"):
        ask(bench, photo=read_upload(read_image(photos, catalog.images[0])))


class Encoded:
    """A run whose encoder is a stub: which rows it encoded is written down."""

    def __init__(self, monkeypatch, folder, *, kind="image"):
        self.asked = []
        (folder / "run" / "encoder").mkdir(parents=True)
        (folder / "run" / "encoder" / "encoder.json").write_text(f'{{"kind": "{kind}"}}')
        monkeypatch.setattr(RunEmbeddings, "_encode", self.encode)
        decision = Decision(parse_union(str(folder / "run")), ((1.0,),), (0.0,), (0.5,))
        self.matcher = Matcher(decision, (), {"num_candidates": 120})

    def encode(self, rows):
        self.asked.append(rows.tolist())
        return Embeddings(rows.astype(np.int32), np.ones((len(rows), 2), np.float32))


def test_older_listings_are_not_encoded_again(monkeypatch, tmp_path, catalog, photos):
    run = Encoded(monkeypatch, tmp_path)
    bench = Workbench(run.matcher, catalog, images=photos)
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40)).save(buffer, "JPEG")
    for _ in range(2):
        ask(bench, photo=read_upload(buffer.getvalue()))
    assert run.asked == [list(range(120)), [120], [120]]


def test_a_photo_alone_has_no_embedding_of_a_title(monkeypatch, tmp_path, catalog, photos):
    run = Encoded(monkeypatch, tmp_path, kind="text")
    decision = Decision(parse_union(f"phash+{tmp_path}/run"), ((1.0,),) * 2, (0.0,) * 2, (0, 0.5))
    bench = Workbench(run.matcher._replace(decision=decision), catalog, images=photos)
    cards = ask(bench, photo=read_upload(read_image(photos, catalog.images[0])))
    assert run.asked == [list(range(120))]
    assert {card.systems[1].similarity for card in cards} == {None}


def test_a_photo_is_not_taken_for_another_of_its_name(tmp_path):
    for name, color in (("new.jpg", "red"), ("b.jpg", "green")):
        Image.new("RGB", (40, 40), color).save(tmp_path / name)
    titles = ["tas kulit", "topi anak"]
    table = {"posting_id": ["a", "b"], "title": titles, "image": ["new.jpg", "b.jpg"]}
    decision = Decision(
        parse_union("tfidf+phash"), ((1.0,),) * 2, (0.0,) * 2, (0.6, np.inf),
        (Step("identical_photos", {}),),  # of listings with one photo it makes one product
    )  # fmt: skip
    matcher = Matcher(decision, (), {"num_candidates": 2})
    bench = Workbench(matcher, catalog_from_frame(pd.DataFrame(table)), images=str(tmp_path))
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "blue").save(buffer, "JPEG")
    cards = ask(bench, title="laptop gaming", photo=read_upload(buffer.getvalue()))
    assert not any(card.verdict.accepted for card in cards)


def test_a_title_alone_has_no_embedding_of_a_photo(monkeypatch, tmp_path, catalog, photos):
    bench = Workbench(Encoded(monkeypatch, tmp_path).matcher, catalog, images=photos)

    def refuse(self, rows):
        raise DataError("none of the listings could be encoded")

    monkeypatch.setattr(RunEmbeddings, "_encode", refuse)
    assert ask(bench, title="tas kulit") == []


def test_photos_that_none_around_it_has_keep_no_title_from_an_answer(monkeypatch, tmp_path):
    run = Encoded(monkeypatch, tmp_path).matcher.decision.union
    titles = [f"{trade} {word}" for trade in ("tas", "topi") for word in range(60)]
    table = {"posting_id": [f"p{row}" for row in range(120)], "title": titles, "image": "x.jpg"}

    def encode_last(self, rows):
        if 119 not in rows:
            raise DataError("none of the listings could be encoded")
        return Embeddings(np.array([119], np.int32), np.ones((1, 2), np.float32))

    monkeypatch.setattr(RunEmbeddings, "_encode", encode_last)
    decision = Decision(parse_union(f"tfidf+{run}"), ((1.0,),) * 2, (0.0,) * 2, (0.5, 0.5))
    matcher = Matcher(decision, (), {"num_candidates": 120})
    bench = Workbench(matcher, catalog_from_frame(pd.DataFrame(table)), images=str(tmp_path))
    assert ask(bench, title="tas 7")[0].second.posting_id == "p7"
