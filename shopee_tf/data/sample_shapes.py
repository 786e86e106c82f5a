"""Draws imagined products: a shape for each category, its pattern, its label."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shopee_tf.data.sample_products import COLORS, Product

CANVAS = 256
_LABEL_HALVES = {"bottle": 40, "tube": 34, "watch": 46, "case": 48}  # pixels; 56 elsewhere


def draw_product(product: Product) -> Image.Image:
    """Draws a product alone, on a transparent square of 256 pixels."""
    rng = np.random.default_rng(product.look)
    mask = Image.new("L", (CANVAS, CANVAS))
    extras = Image.new("RGBA", mask.size)
    _SHAPES[product.category](ImageDraw.Draw(mask), ImageDraw.Draw(extras), rng)
    body = _surface(product, rng)
    _label(ImageDraw.Draw(body), product, rng)
    body = Image.composite(_shaded(body), Image.new("RGBA", mask.size), mask)
    return Image.alpha_composite(body, extras)


def _surface(product, rng):
    first, second = COLORS[product.color][1], COLORS[product.second_color][1]
    y, x = np.mgrid[:CANVAS, :CANVAS]
    step = int(rng.integers(18, 44))
    masks = {
        "plain": np.zeros_like(x, bool),
        "stripes": (x // step) % 2 == 0,
        "bands": (y // step) % 3 == 0,
        "dots": (x % step - step / 2) ** 2 + (y % step - step / 2) ** 2 < (step / 3.2) ** 2,
        "checks": (x // step + y // step) % 2 == 0,
        "diagonal": ((x + y) // step) % 2 == 0,
    }
    pixels = np.where(masks[product.pattern][..., None], second, first)
    alpha = np.full((CANVAS, CANVAS, 1), 255)
    return Image.fromarray(np.concatenate([pixels, alpha], axis=2).astype(np.uint8))


def _shaded(body):
    light = np.linspace(1.15, 0.75, CANVAS)[None, :, None]
    pixels = np.asarray(body, np.float64)
    pixels[..., :3] = np.clip(pixels[..., :3] * light, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _label(draw, product, rng):
    """A few marks, and a plate with the brand and the size as they are printed."""
    half = _LABEL_HALVES.get(product.category, 56)
    top, height = int(rng.integers(110, 136)), int(rng.integers(36, 54))
    ink = COLORS[product.second_color][1] if rng.random() < 0.5 else (30, 30, 30)
    for _ in range(int(rng.integers(1, 5))):
        x, y, r = rng.integers(70, 186), rng.integers(60, 230), rng.integers(5, 15)
        draw.regular_polygon((int(x), int(y), int(r)), int(rng.integers(3, 7)), fill=ink)
    plate = [128 - half, top, 128 + half, top + height]
    (draw.rounded_rectangle if rng.random() < 0.5 else draw.ellipse)(plate, fill="white")
    brand, size = product.brand.upper(), f"{product.size} {product.unit}".strip()
    draw_text(draw, (128, top + height * 0.38), brand, _fitting(brand, 1.6 * half, 22), ink)
    draw_text(draw, (128, top + height * 0.75), size, _fitting(size, 1.3 * half, 13), (40, 40, 40))


def _fitting(text, width, size):
    """The largest font size, up to `size`, at which the text is at most so many pixels wide."""
    return min(size, int(size * width / ImageFont.load_default(size).getlength(text)))


def draw_text(draw: ImageDraw.ImageDraw, center, text: str, size: float, fill) -> None:
    """Writes a line of text around a point."""
    font = ImageFont.load_default(size)
    draw.text(tuple(map(float, center)), text, font=font, fill=fill, anchor="mm")


def draw_shade(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Any opaque colour that is neither very dark nor very light."""
    return (*(int(value) for value in rng.integers(40, 230, 3)), 255)


def _bottle(mask, extras, rng):
    width, neck = int(rng.integers(42, 66)), int(rng.integers(14, 24))
    shoulder = int(rng.integers(70, 100))
    mask.rounded_rectangle([128 - width, shoulder, 128 + width, 240], 22, fill=255)
    mask.rectangle([128 - neck, 44, 128 + neck, shoulder + 12], fill=255)
    cap = int(rng.integers(18, 30))
    extras.rounded_rectangle(
        [128 - neck - 6, 46 - cap, 128 + neck + 6, 50], 5, fill=draw_shade(rng)
    )


def _jar(mask, extras, rng):
    width, top = int(rng.integers(76, 100)), int(rng.integers(90, 115))
    mask.rounded_rectangle([128 - width, top, 128 + width, 226], 26, fill=255)
    extras.rounded_rectangle([122 - width, top - 34, 134 + width, top + 6], 9, fill=draw_shade(rng))


def _box(mask, extras, rng):
    width, top, depth = int(rng.integers(54, 84)), int(rng.integers(40, 80)), 26
    mask.rectangle([120 - width, top, 120 + width, 236], fill=255)
    side = [(120 + width, top), (120 + width + depth, top - 18), (120 + width + depth, 216)]
    extras.polygon([*side, (120 + width, 236)], fill=draw_shade(rng))


def _tube(mask, extras, rng):
    width, foot = int(rng.integers(34, 50)), int(rng.integers(20, 28))
    mask.polygon([(128 - width, 24), (128 + width, 24), (128 + foot, 212), (128 - foot, 212)], 255)
    extras.rounded_rectangle([128 - foot - 4, 208, 128 + foot + 4, 246], 6, fill=draw_shade(rng))


def _pouch(mask, extras, rng):
    width, waist = int(rng.integers(64, 88)), int(rng.integers(4, 16))
    left = [(128 - width, 26), (128 - width + waist, 128), (128 - width - 4, 238)]
    mask.polygon(left + [(256 - x, y) for x, y in reversed(left)], 255)
    extras.rectangle([128 - width, 26, 128 + width, 38], fill=draw_shade(rng))


def _shirt(mask, extras, rng):
    width, sleeve = int(rng.integers(50, 64)), int(rng.integers(88, 118))
    arm = int(rng.integers(96, 150))
    half = [(104, 40), (128 - width, 48), (128 - sleeve, arm - 30), (142 - sleeve, arm),
            (128 - width, 104), (128 - width, 232)]  # fmt: skip
    mask.polygon(half + [(256 - x, y) for x, y in reversed(half)], 255)
    extras.ellipse([104, 28, 152, 58], fill=draw_shade(rng))


def _bag(mask, extras, rng):
    width, top = int(rng.integers(70, 100)), int(rng.integers(90, 120))
    flare = int(rng.integers(-12, 14))
    mask.polygon([(128 - width, top), (128 + width, top), (128 + width + flare, 232),
                  (128 - width - flare, 232)], 255)  # fmt: skip
    grip = int(rng.integers(34, 60))
    extras.arc([128 - grip, top - 60, 128 + grip, top + 50], 180, 360, draw_shade(rng), 9)


def _case(mask, extras, rng):
    width = int(rng.integers(54, 66))
    mask.rounded_rectangle([128 - width, 16, 128 + width, 242], 20, fill=255)
    for lens in range(int(rng.integers(1, 4))):
        extras.ellipse(
            [140 - width, 28 + 26 * lens, 160 - width, 48 + 26 * lens], fill=(20, 20, 24)
        )


def _mug(mask, extras, rng):
    width, top = int(rng.integers(56, 76)), int(rng.integers(56, 84))
    mask.rounded_rectangle([112 - width, top, 112 + width, 228], 16, fill=255)
    extras.arc([94 + width, top + 34, 156 + width, top + 118], -100, 100, draw_shade(rng), 13)


def _watch(mask, extras, rng):
    radius, strap = int(rng.integers(52, 70)), int(rng.integers(22, 34))
    mask.rectangle([128 - strap, 8, 128 + strap, 248], fill=255)
    mask.ellipse([128 - radius, 128 - radius, 128 + radius, 128 + radius], fill=255)
    extras.ellipse([128 - radius, 128 - radius, 128 + radius, 128 + radius],
                   outline=draw_shade(rng), width=int(rng.integers(6, 14)))  # fmt: skip


_SHAPES = {
    "bottle": _bottle, "jar": _jar, "box": _box, "tube": _tube, "pouch": _pouch,
    "shirt": _shirt, "bag": _bag, "case": _case, "mug": _mug, "watch": _watch,
}  # fmt: skip
