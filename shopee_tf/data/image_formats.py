"""What the bytes of a photo say of themselves: its format, and whether they are all there."""

# Formats that are decoded. Pillow knows more, some of which run other programs (EPS).
DECODED = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\0\0\0\x0cjP  ", "JPEG2000"),
    (b"8BPS", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"%PDF", "PDF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
)
_ISO_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC"}


def sniff(data: bytes) -> str | None:
    """Returns the format that the first bytes announce, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp":
        return _ISO_BRANDS.get(data[8:12])
    return next((name for start, name in _SIGNATURES if data.startswith(start)), None)


def is_complete(data: bytes, name: str | None) -> bool:
    """True unless the format has an end mark or a stated length, and the data lack it.

    Decoders do not ask: libjpeg fills what is missing with grey.

    Args:
      data: the bytes of a file.
      name: its format, as Pillow calls it.
    """
    check = _COMPLETE.get(name)
    return check(data) if check else True


def _jpeg_is_complete(data: bytes) -> bool:
    """Looks for the end mark after the first scan; a preview inside the header has one too."""
    position = 2
    while data[position : position + 1] == b"\xff" and position + 4 <= len(data):
        marker = data[position + 1]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker == 0xDA:
            return data.find(b"\xff\xd9", position) >= 0
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return False


def _iso_is_complete(data: bytes) -> bool:
    """Walks the boxes of an ISO file, each of which states its length."""
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        if size == 0:  # to the end of the file
            return True
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        position += max(size, 8)
    return position == len(data)


def _webp_is_complete(data: bytes) -> bool:
    return len(data) >= 8 + int.from_bytes(data[4:8], "little")


_COMPLETE = {
    "JPEG": _jpeg_is_complete,
    "MPO": _jpeg_is_complete,
    "PNG": lambda data: b"IEND\xaeB`\x82" in data,
    "GIF": lambda data: data.rstrip(b"\0").endswith(b";"),
    "WEBP": _webp_is_complete,
    "AVIF": _iso_is_complete,
}
