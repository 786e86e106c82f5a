"""Model codes in a title: "A10s", "JA-864", "iPhone 7", "No. 02"."""

import re

from shopee_tf.data.units import UNITS

_NAMES = """
    iphone ipad galaxy note redmi realme reno poco nokia infinix hot band
    kelas jilid volume vol tema seri series edisi tipe type model no nomor shade level stage step
"""
# A unit before its number is no family ("ml500", "pcs12"), but a single letter may well be one.
_MEASURES = {"isi", "rp", *(spelling for spelling in UNITS if len(spelling) > 1)}
# A code is a family (its letters) and a member (its number with what hangs on it). No part repeats
# without a bound, so time is linear in the title.
_MEMBER = r"[0-9]{1,4}[a-z]{0,2}(?![a-z0-9])"
_JOINED = re.compile(rf"(?<![a-z0-9])(?P<family>[a-z]{{1,3}})-?(?P<members>{_MEMBER})")
_NAMED = re.compile(
    rf"(?<![a-z0-9])(?P<family>{'|'.join(_NAMES.split())})[\s.:#-]{{0,2}}"
    rf"(?P<members>{_MEMBER}(?:\s?[/,&]\s?{_MEMBER}){{0,12}})"
)


def find_codes(title: str) -> set[tuple[str, str]]:
    """Finds the model codes of a title: pairs of a family and a member, lower case.

    Example:
      >>> sorted(find_codes("Case Samsung A10s / iPhone 07/8, jam JA-864 isi12"))
      [('a', '10s'), ('iphone', '7'), ('iphone', '8'), ('ja', '864')]
    """
    lowered = title.lower()
    return {
        (match["family"], member.lstrip("0"))
        for pattern in (_JOINED, _NAMED)
        for match in pattern.finditer(lowered)
        if match["family"] not in _MEASURES
        for member in re.findall(r"[0-9]+[a-z]*", match["members"])
    }
