import pytest

from shopee_tf.data.model_codes import find_codes
from shopee_tf.data.titles import parse_variants


@pytest.mark.parametrize(
    ("title", "dimension", "amount"),
    [
        ("Madu 250 gr", "mass", 250_000),
        ("Serum 0,02 liter", "volume", 20),
        ("Kabel 1.5m", "length", 1500),
        ("Flashdisk 1tb", "memory", 1024 * 1024),
        ("Lampu 12 Watt", "power", 12),
        ("Masker 3 lapis", "layers", 3),
        ("Rak 4 tingkat", "tiers", 4),
        ("Kain 2 yard", "yards", 2),
    ],
)
def test_measures(title, dimension, amount):
    assert parse_variants(title).quantities == {dimension: {amount}}


@pytest.mark.parametrize(
    ("title", "dimension", "amount"),
    [
        ("Piring isi 12", "pieces", 12),
        ("Piring 1 lusin", "pieces", 12),
        ("Kertas 100 lembar", "sheets", 100),
        ("Kopi 10 sachet", "sachets", 10),
        ("Obat 30 kapsul", "capsules", 30),
        ("Obat 30 tablet", "tablets", 30),
        ("Kaos kaki 3 pasang", "pairs", 3),
        ("Tisu 2 pack", "packs", 2),
        ("Teh 2 box", "boxes", 2),
        ("Sprei 2 set", "sets", 2),
    ],
)
def test_packs(title, dimension, amount):
    assert parse_variants(title).packs == {dimension: {amount}}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Samsung A10s/A20s", {("a", "10s"), ("a", "20s")}),
        ("Jam JA-864 ja864", {("ja", "864")}),
        ("Casing iPhone 7", {("iphone", "7")}),
        ("Pensil alis No. 02", {("no", "2")}),
        ("Case iPhone 6s, 7/8", {("iphone", "6s"), ("iphone", "7"), ("iphone", "8")}),
        ("Lipstik shade#3", {("shade", "3")}),
        ("Buku kelas 5 tema 8", {("kelas", "5"), ("tema", "8")}),
        ("Isi 12, 250gr, 2 in 1, XXL", set()),
        ("kipas angin 2020", set()),
        ("isi12 Rp5000 ml500 pcs-12 kg5 gr-50", set()),
        ("Vivo V15, Moto G5, lampu L12", {("v", "15"), ("g", "5"), ("l", "12")}),
        ("spanduk12345", set()),
    ],
)
def test_model_codes(title, expected):
    assert find_codes(title) == expected


def test_all_amounts_of_a_title_are_kept():
    found = parse_variants("Sabun 70 gr / 85gr / 1 kg isi 2")
    assert found.quantities == {"mass": {70_000, 85_000, 1_000_000}}
    assert found.packs == {"pieces": {2}}


@pytest.mark.parametrize(
    ("title", "quantities", "packs"),
    [
        ("Susu 2x200ml", {"volume": {200, 400}}, {"pieces": {2}}),
        ("Susu 200 ml x 2 pcs", {"volume": {200, 400}}, {"pieces": {2}}),
        ("Susu 2 pcs 200 ml", {"volume": {200}}, {"pieces": {2}}),
        ("Teh 25 x 2 g x 4", {"mass": {2000, 8000, 50_000}}, {"pieces": {4, 25}}),
        ("Lampu 12 watt x 10 cm", {"power": {12}, "length": {100}}, {}),
    ],
)
def test_a_multiple_says_its_total_too(title, quantities, packs):
    found = parse_variants(title)
    assert (found.quantities, found.packs) == (quantities, packs)


@pytest.mark.parametrize("title", ["", "Router 4G", "Double tape 3M", "Taplak 60 x 90 cm"])
def test_what_is_no_variant(title):
    assert parse_variants(title) == ({}, {}, {})
