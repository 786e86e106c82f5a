"""What sellers do with a product: put it before a background, then work on the photo."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from shopee_tf.data.sample_shapes import CANVAS, draw_shade, draw_text

_BANNERS = ("PROMO", "READY", "COD", "SALE", "-50%", "ORI 100%", "MURAH", "FREE")


def shoot(drawn: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Puts a product before a background: position, angle, light; now and then a collage.

    Args:
      drawn: the product on a transparent square.
      rng: decides everything.
    """
    photo = _scene(drawn, rng)
    if rng.random() < 0.12:
        photo = _collage(photo, _scene(drawn, rng), rng)
    photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.85, 1.15))
    return ImageEnhance.Color(photo).enhance(rng.uniform(0.85, 1.15))


def retouch(photo: Image.Image, size: int, rng: np.random.Generator) -> Image.Image:
    """Makes one seller's copy of a photo: banner, watermark, border, crop, `size` pixels a side."""
    photo = ImageEnhance.Brightness(photo).enhance(rng.uniform(0.94, 1.06))
    for change, share in ((_banner, 0.25), (_watermark, 0.25), (_border, 0.18), (_crop, 0.25)):
        if rng.random() < share:
            photo = change(photo, rng)
    return photo.resize((size, size), Image.Resampling.LANCZOS)


def encode_jpeg(photo: Image.Image, rng: np.random.Generator) -> bytes:
    """Encodes a photo at one seller's quality."""
    buffer = io.BytesIO()
    photo.convert("RGB").save(buffer, "JPEG", quality=int(rng.integers(55, 93)))
    return buffer.getvalue()


def _scene(drawn, rng):
    size = int(CANVAS * rng.uniform(0.72, 1.0))
    turned = drawn.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC).resize((size, size))
    if rng.random() < 0.04:
        turned = ImageOps.mirror(turned)
    background = _background(rng)
    slack = CANVAS - size
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
        return Image.new("RGBA", (CANVAS, CANVAS), "white")
    first, second = rng.integers(150, 256, (2, 3))
    ramp = np.linspace(0, 1, CANVAS)[:, None, None]
    pixels = np.broadcast_to(first * (1 - ramp) + second * ramp, (CANVAS, CANVAS, 3)).copy()
    if kind > 0.75:
        grain = rng.normal(0, 14, (CANVAS // 8, 1, 1))
        pixels += np.repeat(grain, 8, axis=0)
    alpha = np.full((CANVAS, CANVAS, 1), 255)
    return Image.fromarray(np.concatenate([np.clip(pixels, 0, 255), alpha], 2).astype(np.uint8))


def _collage(photo, other, rng):
    canvas = Image.new("RGB", photo.size, "white")
    if rng.random() < 0.5:
        side = CANVAS // 2 - 2
        top = int(rng.integers(20, CANVAS - side - 20))
        canvas.paste(photo.resize((side, side)), (0, top))
        canvas.paste(other.resize((side, side)), (CANVAS - side, top))
    else:
        canvas.paste(photo, (0, 0))
        canvas.paste(other.resize((90, 90)), (CANVAS - 92, CANVAS - 92))
    return canvas


def _banner(photo, rng):
    draw = ImageDraw.Draw(photo)
    text = _BANNERS[int(rng.integers(len(_BANNERS)))]
    fill = draw_shade(rng)[:3]
    if rng.random() < 0.5:
        top = int(rng.choice([0, 218]))
        draw.rectangle([0, top, CANVAS, top + 38], fill=fill)
        draw_text(draw, (128, top + 19), f"{text}  {text}", 24, "white")
    else:
        x, y = (int(rng.choice([42, 214])) for _ in range(2))
        draw.ellipse([x - 38, y - 38, x + 38, y + 38], fill=fill)
        draw_text(draw, (x, y), text, 17, "white")
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
    inner = photo.resize((CANVAS - 2 * width, CANVAS - 2 * width))
    return ImageOps.expand(inner, width, draw_shade(rng)[:3])


def _crop(photo, rng):
    left, top = (int(value) for value in rng.integers(0, 22, 2))
    right, bottom = (CANVAS - int(value) for value in rng.integers(0, 22, 2))
    return photo.crop((left, top, right, bottom)).resize(photo.size)
