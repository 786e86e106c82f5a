import pytest

from shopee_tf.data.quantities import find_quantities


def written(title):
    return [str(quantity) for quantity in find_quantities(title)]


@pytest.mark.parametrize(
    "title",
    ["250g", "250 gr", "250GRAM", "250 Grm", "0.25kg", "0,25 Kilo", "0.250 kg", "250.000 mg"],
)
def test_one_mass_is_one_word(title):
    assert written(title) == ["250g"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Minyak 1 liter", "1l"),
        ("Minyak 1000 ml", "1l"),
        ("Minyak 1,5 Ltr", "1500ml"),
        ("Kabel 4.5 meter", "450cm"),
        ("Mur 0,5mm", "0_5mm"),
        ('Velg 14"', "14inch"),
        ("Velg 14in", "14inch"),
        ("Velg 5,5 inci", "5_5inch"),
        ("Flashdisk 1tb", "1tb"),
        ("Flashdisk 1024 gb", "1tb"),
        ("Lampu 12 Watt", "12w"),
        ("Powerbank 10.000 mAh", "10000mah"),
        ("Piring 1 lusin", "12pcs"),
        ("Piring isi 12", "12pcs"),
        ("Piring isi12pcs", "12pcs"),
        ("Piring (isi: 12 buah)", "12pcs"),
        ("Kertas 1 rim", "500lembar"),
        ("Masker 3 lapis", "3ply"),
        ("Taplak 60 x 90 cm", "60cmx90cm"),
        ("Taplak 60cm x 90cm", "60cmx90cm"),
        ("Taplak 0.6mx90cm", "60cmx90cm"),
        ("Kotak 10×20*30", "10x20x30"),
        ("Kabel x10m", "10m"),
        ("Madu,250 gr", "250g"),
        ("Rak.18cm", "18cm"),
        ("Madu 3.000 gr", "3kg"),
        ("Madu 3.000 kg", "3kg"),
        ("Madu 1 000 gram", "1kg"),
        ("Madu 1 000 kg", "1000kg"),
        ("Madu 1/2 kg", "500g"),
        ("Madu 1/2KG", "500g"),
        ("Madu 1\u20442 kg", "500g"),  # the one character for it, after NFKC
        ("Madu 11\u20442 kg", "1500g"),  # 1½
        ("Madu 1 1\u20442 kg", "1500g"),
        ('Pipa 23\u20444"', "2_75inch"),
        ("Madu 1 000 000 mg", "1kg"),
        ("Madu 1.000.000 mg", "1kg"),
        ("Madu 1,000,000 mg", "1kg"),
        ("Semen 1.000.000 kg", "1000000kg"),
        ("Double tape 1/4 Inch", "0_25inch"),
        ('Pipa 3/4"', "0_75inch"),
        ("Kunci 5/16in", "0_3125inch"),
        ("Pipa 1 1/4 inch", "1_25inch"),
        ("Pipa 1-1/2 inch", "1_5inch"),
        ("Bedong 1/2lusin", "6pcs"),
        ("Bedong isi 1/2 lusin", "6pcs"),
        ("Sirup 2/3 liter", "666_6667ml"),
    ],
)
def test_spellings(title, expected):
    assert written(title) == [expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("10 x 20 gr", ["10pcs", "20g"]),
        ("20grx10", ["20g", "10pcs"]),
        ("8GB+128GB 5020mAh", ["8gb", "128gb", "5020mah"]),
        ("250gr/pcs, 12 pcs", ["250g", "12pcs"]),
        ("6 pcs (1/2 lusin)", ["6pcs", "6pcs"]),
        ("Redmi 4/64GB", ["64gb"]),  # sizes of memory: no fraction, and the first has no unit
        ("Samsung 1/8 gb", ["8gb"]),
        ("Switch 10/100 m", ["100m"]),
        ("Sabun 770/800gr", ["800g"]),
        ("Beras 1/20 kg", ["20kg"]),
        ("Kopi 1/2 gelas, 3 kg", ["3kg"]),
        ("Tas 1/2 in 1, 3 kg", ["3kg"]),
    ],
)
def test_several_quantities(title, expected):
    assert written(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "",
        "2 in 1",
        "iPhone 7",
        "A10s",
        "XXL22",
        "Rp10",
        "X 452x452E",
        "08123456789 ml",
        "٣ kg",
        "1.1.1",
        "1.000.00 mg",
        "1.000.000.000 mg",
        "Madu .8 kg",
        "Madu 5 k\u0130lo",  # a Turkish capital
        "Madu 5 pc\u017f",  # a long s
        "usia 1,2,3tahun",
    ],
)
def test_other_numbers_are_left_out(title):
    assert written(title) == []


def test_a_quantity_knows_its_place():
    found = find_quantities("Gula 250 gr murah")[0]
    assert (found.start, found.end, found.dimension, found.amounts) == (5, 11, "mass", (250_000,))
