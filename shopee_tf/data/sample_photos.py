"""Draws product photos, and what sellers do to them."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from shopee_tf.data.sample_products import COLORS, Product

_BANNERS = ("PROMO", "READY", "COD", "SALE", "-50%", "ORI 100%", "MURAH", "FREE")
_CANVAS = 256


def draw_product(product: Product) -> Image.Image:
    """Draws a product alone, on a transparent square of 256 pixels."""
    rng = np.random.default_rng(product.look)
    mask = Image.new("L", (_CANVAS, _CANVAS))
    extras = Image.new("RGBA", mask.size)
    _SHAPES[product.category](ImageDraw.Draw(mask), ImageDraw.Draw(extras), rng)
    body = _surface(product, rng)
    _label(ImageDraw.Draw(body), product, rng)
    body = Image.composite(_shaded(body), Image.new("RGBA", mask.size), mask)
    return Image.alpha_composite(body, extras)


def take_photo(product: Product, size: int, rng: np.random.Generator) -> Image.Image:
    """Takes one seller's photo: background, position, light, borders, banners, collage."""
    drawn = draw_product(product)
    photo = _scene(drawn, rng)
    if rng.random() < 0.15:
        photo = _collage(photo, _scene(drawn, rng), rng)
    photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.85, 1.15))
    photo = ImageEnhance.Color(photo).enhance(rng.uniform(0.85, 1.15))
    for change, share in ((_banner, 0.35), (_watermark, 0.3), (_border, 0.25), (_crop, 0.3)):
        if rng.random() < share:
            photo = change(photo, rng)
    return photo.resize((size, size), Image.Resampling.LANCZOS)


def encode_jpeg(photo: Image.Image, rng: np.random.Generator) -> bytes:
    """Encodes a photo at one seller's quality."""
    buffer = io.BytesIO()
    photo.convert("RGB").save(buffer, "JPEG", quality=int(rng.integers(55, 93)))
    return buffer.getvalue()


def _surface(product, rng):
    first, second = COLORS[product.color][1], COLORS[product.second_color][1]
    y, x = np.mgrid[:_CANVAS, :_CANVAS]
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
    alpha = np.full((_CANVAS, _CANVAS, 1), 255)
    return Image.fromarray(np.concatenate([pixels, alpha], axis=2).astype(np.uint8))


def _shaded(body):
    light = np.linspace(1.15, 0.75, _CANVAS)[None, :, None]
    pixels = np.asarray(body, np.float64)
    pixels[..., :3] = np.clip(pixels[..., :3] * light, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _label(draw, product, rng):
    """The brand on its plate, and the size below it where the product has one printed."""
    top = int(rng.integers(110, 140))
    height = int(rng.integers(34, 56))
    left = int(rng.integers(70, 90))
    plate = [left, top, _CANVAS - left, top + height]
    ink = COLORS[product.second_color][1] if rng.random() < 0.5 else (30, 30, 30)
    (draw.rounded_rectangle if rng.random() < 0.5 else draw.ellipse)(plate, fill="white")
    _text(draw, (128, top + height * 0.4), product.brand.upper(), 20, ink)
    _text(draw, (128, top + height * 0.75), f"{product.size}{product.unit}"[:8], 11, (40, 40, 40))
    for _ in range(int(rng.integers(1, 5))):
        x, y, r = rng.integers(70, 186), rng.integers(60, 230), rng.integers(4, 12)
        draw.regular_polygon((int(x), int(y), int(r)), int(rng.integers(3, 7)), fill=ink)


def _text(draw, center, text, size, fill):
    font = ImageFont.load_default(size)
    draw.text(tuple(map(float, center)), text, font=font, fill=fill, anchor="mm")


def _bottle(mask, extras, rng):
    width, neck = int(rng.integers(42, 66)), int(rng.integers(14, 24))
    shoulder = int(rng.integers(70, 100))
    mask.rounded_rectangle([128 - width, shoulder, 128 + width, 240], 22, fill=255)
    mask.rectangle([128 - neck, 44, 128 + neck, shoulder + 12], fill=255)
    cap = int(rng.integers(18, 30))
    extras.rounded_rectangle([128 - neck - 6, 46 - cap, 128 + neck + 6, 50], 5, fill=_shade(rng))


def _jar(mask, extras, rng):
    width, top = int(rng.integers(76, 100)), int(rng.integers(90, 115))
    mask.rounded_rectangle([128 - width, top, 128 + width, 226], 26, fill=255)
    extras.rounded_rectangle([122 - width, top - 34, 134 + width, top + 6], 9, fill=_shade(rng))


def _box(mask, extras, rng):
    width, top, depth = int(rng.integers(54, 84)), int(rng.integers(40, 80)), 26
    mask.rectangle([120 - width, top, 120 + width, 236], fill=255)
    side = [(120 + width, top), (120 + width + depth, top - 18), (120 + width + depth, 216)]
    extras.polygon([*side, (120 + width, 236)], fill=_shade(rng))


def _tube(mask, extras, rng):
    width, foot = int(rng.integers(34, 50)), int(rng.integers(20, 28))
    mask.polygon([(128 - width, 24), (128 + width, 24), (128 + foot, 212), (128 - foot, 212)], 255)
    extras.rounded_rectangle([128 - foot - 4, 208, 128 + foot + 4, 246], 6, fill=_shade(rng))


def _pouch(mask, extras, rng):
    width, waist = int(rng.integers(64, 88)), int(rng.integers(4, 16))
    left = [(128 - width, 26), (128 - width + waist, 128), (128 - width - 4, 238)]
    mask.polygon(left + [(256 - x, y) for x, y in reversed(left)], 255)
    extras.rectangle([128 - width, 26, 128 + width, 38], fill=_shade(rng))


def _shirt(mask, extras, rng):
    width, sleeve = int(rng.integers(50, 64)), int(rng.integers(88, 118))
    arm = int(rng.integers(96, 150))
    half = [(104, 40), (128 - width, 48), (128 - sleeve, arm - 30), (142 - sleeve, arm),
            (128 - width, 104), (128 - width, 232)]  # fmt: skip
    mask.polygon(half + [(256 - x, y) for x, y in reversed(half)], 255)
    extras.ellipse([104, 28, 152, 58], fill=_shade(rng))


def _bag(mask, extras, rng):
    width, top = int(rng.integers(70, 100)), int(rng.integers(90, 120))
    flare = int(rng.integers(-12, 14))
    mask.polygon([(128 - width, top), (128 + width, top), (128 + width + flare, 232),
                  (128 - width - flare, 232)], 255)  # fmt: skip
    grip = int(rng.integers(34, 60))
    extras.arc([128 - grip, top - 60, 128 + grip, top + 50], 180, 360, _shade(rng), 9)


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
    extras.arc([94 + width, top + 34, 156 + width, top + 118], -100, 100, _shade(rng), 13)


def _watch(mask, extras, rng):
    radius, strap = int(rng.integers(52, 70)), int(rng.integers(22, 34))
    mask.rectangle([128 - strap, 8, 128 + strap, 248], fill=255)
    mask.ellipse([128 - radius, 128 - radius, 128 + radius, 128 + radius], fill=255)
    extras.ellipse([128 - radius, 128 - radius, 128 + radius, 128 + radius],
                   outline=_shade(rng), width=int(rng.integers(6, 14)))  # fmt: skip


_SHAPES = {
    "bottle": _bottle, "jar": _jar, "box": _box, "tube": _tube, "pouch": _pouch,
    "shirt": _shirt, "bag": _bag, "case": _case, "mug": _mug, "watch": _watch,
}  # fmt: skip


def _shade(rng):
    return (*(int(value) for value in rng.integers(40, 230, 3)), 255)


def _scene(drawn, rng):
    size = int(_CANVAS * rng.uniform(0.72, 1.0))
    turned = drawn.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC).resize((size, size))
    if rng.random() < 0.1:
        turned = ImageOps.mirror(turned)
    background = _background(rng)
    slack = _CANVAS - size
    place = tuple(int(rng.integers(-8, slack + 9)) for _ in range(2))
    layer = Image.new("RGBA", background.size)
    layer.paste(turned, place)
    shadow = Image.new("RGBA", background.size)
    shadow.paste((0, 0, 0, 70), (place[0] + 6, place[1] + 6), turned.getchannel("A"))
    scene = Image.alpha_composite(background, shadow.filter(ImageFilter.GaussianBlur(5)))
    return Image.alpha_composite(scene, layer).convert("RGB")


def _background(rng):
    kind = rng.random()
    if kind < 0.45:
        return Image.new("RGBA", (_CANVAS, _CANVAS), "white")
    first, second = rng.integers(150, 256, (2, 3))
    ramp = np.linspace(0, 1, _CANVAS)[:, None, None]
    pixels = np.broadcast_to(first * (1 - ramp) + second * ramp, (_CANVAS, _CANVAS, 3)).copy()
    if kind > 0.75:
        grain = rng.normal(0, 14, (_CANVAS // 8, 1, 1))
        pixels += np.repeat(grain, 8, axis=0)
    alpha = np.full((_CANVAS, _CANVAS, 1), 255)
    return Image.fromarray(np.concatenate([np.clip(pixels, 0, 255), alpha], 2).astype(np.uint8))


def _collage(photo, other, rng):
    canvas = Image.new("RGB", photo.size, "white")
    half = _CANVAS // 2
    if rng.random() < 0.5:
        canvas.paste(photo.resize((half - 2, half * 2)), (0, 0))
        canvas.paste(other.resize((half - 2, half * 2)), (half + 2, 0))
    else:
        canvas.paste(photo, (0, 0))
        canvas.paste(other.resize((90, 90)), (_CANVAS - 92, _CANVAS - 92))
    return canvas


def _banner(photo, rng):
    draw = ImageDraw.Draw(photo)
    text = _BANNERS[int(rng.integers(len(_BANNERS)))]
    fill = _shade(rng)[:3]
    if rng.random() < 0.5:
        top = int(rng.choice([0, 218]))
        draw.rectangle([0, top, _CANVAS, top + 38], fill=fill)
        _text(draw, (128, top + 19), f"{text}  {text}", 24, "white")
    else:
        x, y = (int(rng.choice([42, 214])) for _ in range(2))
        draw.ellipse([x - 38, y - 38, x + 38, y + 38], fill=fill)
        _text(draw, (x, y), text, 17, "white")
    return photo


def _watermark(photo, rng):
    layer = Image.new("RGBA", photo.size)
    draw = ImageDraw.Draw(layer)
    shop = f"toko{int(rng.integers(10, 99))}.shop"
    font = ImageFont.load_default(26)
    draw.text((128, float(rng.uniform(60, 200))), shop, (255, 255, 255, 120), font, "mm")
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")


def _border(photo, rng):
    width = int(rng.integers(6, 18))
    inner = photo.resize((_CANVAS - 2 * width, _CANVAS - 2 * width))
    return ImageOps.expand(inner, width, _shade(rng)[:3])


def _crop(photo, rng):
    left, top = (int(value) for value in rng.integers(0, 22, 2))
    right, bottom = (_CANVAS - int(value) for value in rng.integers(0, 22, 2))
    return photo.crop((left, top, right, bottom)).resize(photo.size)
