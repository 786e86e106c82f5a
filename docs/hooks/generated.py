"""Fills the pages that are made of the code: the recipes of flags/, and the public API.

MkDocs calls `on_page_markdown` for each page. Both pages are there without it too, so that links
to them work wherever the docs are read.
"""

import ast
import itertools
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIELDS = ("Source", "Command", "Machine", "Time", "Score")


def on_page_markdown(markdown: str, *, page, **_) -> str:
    """Returns the text of a page, with what is generated at its end."""
    generated = {"recipes.md": recipes, "api.md": api}.get(page.file.src_uri)
    return f"{markdown}\n{generated()}" if generated else markdown


def recipes() -> str:
    """A section for each command, and in it one for each of its flagfiles."""
    found = [(_header(path), path) for path in sorted((ROOT / "flags").iterdir())]
    found.sort(key=lambda pair: _command(pair[0]))
    sections = []
    for command, group in itertools.groupby(found, lambda pair: _command(pair[0])):
        sections.append(f"## python -m {command}")
        sections += [_recipe(header, path) for header, path in group]
    return "\n\n".join(sections)


def api() -> str:
    """The names of `shopee_tf._PUBLIC`, each with its docstring, under the package it is in."""
    sections, package = [], None
    for name, module in _public().items():
        heading = ".".join(module.split(".")[:2])
        if heading != package:
            sections.append(f"## {heading}")
            package = heading
        sections.append(f"::: {module}.{name}")
    return "\n\n".join(sections)


def _header(path: pathlib.Path) -> dict[str, str]:
    """What the comments at the head of a flagfile say; "" is what it is."""
    lines = itertools.takewhile(lambda line: line.startswith("#"), _lines(path))
    found, field = {"": ""}, ""
    for line in (line.removeprefix("#").strip() for line in lines):
        name, colon, rest = line.partition(": ")
        if colon and name in FIELDS:
            field, line = name, rest
        found[field] = f"{found.get(field, '')} {line}".strip()
    return found


def _lines(path: pathlib.Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _command(header: dict[str, str]) -> str:
    return header["Command"].split()[2]


def _recipe(header: dict[str, str], path: pathlib.Path) -> str:
    flags = "\n".join(line for line in _lines(path) if line.startswith("-"))
    facts = [f"- **{name}**: {_plain(header[name])}" for name in FIELDS if name != "Command"]
    return "\n\n".join(
        [
            f"### {path.name}",
            _plain(header[""]),
            f"```sh\n{header['Command']}\n```",
            "\n".join(facts),
            f"```\n{flags}\n```",
        ]
    )


def _plain(text: str) -> str:
    """Text as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_|<>~^\[\]])", r"\\\1", text)


def _public() -> dict[str, str]:
    """Name -> module that defines it, of `shopee_tf._PUBLIC`, read without importing anything."""
    for node in _tree(ROOT / "shopee_tf" / "__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_PUBLIC":
            public = ast.literal_eval(node.value)
            return {name: _definer(name, module) for name, module in public.items()}
    raise ValueError("shopee_tf/__init__.py: expected _PUBLIC = {...}")


def _definer(name: str, module: str) -> str:
    """The module that a package has a name from: `bcubed` is a module of its package, too."""
    package = ROOT.joinpath(*module.split("."), "__init__.py")
    if not package.is_file():
        return module
    imports = [node for node in _tree(package).body if isinstance(node, ast.ImportFrom)]
    (found,) = [node.module for node in imports if name in [alias.name for alias in node.names]]
    return found


def _tree(path: pathlib.Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
