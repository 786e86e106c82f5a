"""Shows the examples of docstrings as code.

Our docstrings say `Example:`, which Sphinx and people read as they do `Examples:`; the parser of
Google's style knows the second alone, as code.
"""

import re
import textwrap

import griffe

_HEADING = re.compile(r"[A-Z]\w*( \w+)?:")


class Examples(griffe.Extension):
    """Makes sections `Examples:` of those called `Example:`."""

    def on_instance(self, *, obj: griffe.Object, **_) -> None:
        """Rewrites the docstring of what was just read."""
        if obj.docstring:
            obj.docstring.value = with_examples(obj.docstring.value)


def with_examples(text: str) -> str:
    """Returns a docstring with its example as a section that is shown as code."""
    before, found, after = f"\n{text}".partition("\nExample:\n")
    if not found:
        return text
    lines = after.split("\n")
    end = next((at for at, line in enumerate(lines) if _HEADING.fullmatch(line)), len(lines))
    example = textwrap.dedent("\n".join(lines[:end])).strip("\n")
    body = textwrap.indent(example, "    ").split("\n")
    rest = ["", *lines[end:]] if end < len(lines) else []
    return "\n".join([before[1:], "Examples:", *body, *rest])
