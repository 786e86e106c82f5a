"""The house of docs/design.md as a dict: which package may import which."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ("tfrecords", "shopee_tf", "trainers")

# Floors from the ground up. A part may import parts of lower floors and itself, nothing else.
FLOORS = (
    ("tfrecords",),
    (
        "shopee_tf.version",
        "shopee_tf.progress",
        "shopee_tf.native_log",
        "shopee_tf.missing_packages",
        "shopee_tf.gpu_memory",
        "shopee_tf.compilation",
    ),
    ("shopee_tf.data",),
    ("shopee_tf.models", "shopee_tf.retrieval", "shopee_tf.metrics"),
    ("shopee_tf.encoding", "shopee_tf.matching", "shopee_tf.runs"),
    ("shopee_tf.systems", "shopee_tf.exporting"),
    ("shopee_tf.matcher",),
    ("shopee_tf.evaluation",),
    ("shopee_tf.explaining",),
    ("shopee_tf.report",),
    ("shopee_tf.training",),
    ("shopee_tf.app",),
    ("shopee_tf.options",),
    ("shopee_tf.shared_flags",),
    ("trainers.options",),
    (
        "shopee_tf.make_tfrecords",
        "shopee_tf.verify",
        "shopee_tf.compare_backbones",
        "shopee_tf.draw_curves",
        "shopee_tf.embed",
        "shopee_tf.evaluate",
        "shopee_tf.calibrate",
        "shopee_tf.match",
        "shopee_tf.explain",
        "shopee_tf.report.__main__",
        "shopee_tf.export",
        "shopee_tf.app.__main__",
        "shopee_tf.__main__",
        "shopee_tf.data.sample",
        "trainers",
    ),
)
ENTRY_POINTS = FLOORS[-4] + FLOORS[-3] + FLOORS[-2] + FLOORS[-1]
OPTIONAL = {
    "cudf", "cuml", "cupy", "cuvs", "faiss", "tensorflow_text", "tensorflow_hub", "keras_cv",
    "keras_hub", "tensorflow_datasets", "matplotlib", "dask", "streamlit", "jax", "simplemma",
    "jinja2", "markupsafe", "wordcloud",
}  # fmt: skip


def part_of(module: str) -> str | None:
    """The part of the house that a module belongs to: the longest name that begins it."""
    parts = [part for floor in FLOORS for part in floor]
    mine = [part for part in parts if module == part or module.startswith(part + ".")]
    return max(mine, key=len, default=None)


def floor_of(part: str) -> int:
    return next(level for level, floor in enumerate(FLOORS) if part in floor)


def modules() -> dict[str, ast.Module]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def top_level_imports(tree: ast.Module) -> set[str]:
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    outside = [node for node in ast.walk(tree) if id(node) not in inside]
    return set().union(*(imports(node) for node in outside if isinstance(node, ast.stmt)), set())


MODULES = modules()


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"shopee_tf"}))
def test_arrows_point_downward(module):
    mine = part_of(module)
    assert mine, f"{module} stands on no floor: add it to FLOORS"
    for name in imports(MODULES[module]):
        theirs = part_of(name)
        if theirs and theirs != mine:
            assert floor_of(theirs) < floor_of(mine), f"{module} imports {name}"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_absl_is_for_entry_points(module):
    uses_absl = any(name.split(".")[0] == "absl" for name in imports(MODULES[module]))
    assert not uses_absl or part_of(module) in ENTRY_POINTS


@pytest.mark.parametrize("module", sorted(MODULES))
def test_optional_packages_are_imported_at_use(module):
    top = {name.split(".")[0] for name in top_level_imports(MODULES[module])}
    assert not top & OPTIONAL


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_imports_nothing_heavy(package):
    code = (
        f"import sys, {package};"
        "heavy = {'tensorflow', 'keras', 'pandas', 'numpy', 'sklearn'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_setup_lists_every_package():
    tree = ast.parse((ROOT / "setup.py").read_text(encoding="utf-8"))
    (listed,) = [
        ast.literal_eval(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "packages"
    ]
    found = [path.parent.relative_to(ROOT) for name in PACKAGES for path in
             (ROOT / name).rglob("__init__.py")]  # fmt: skip
    assert sorted(listed) == sorted(".".join(path.parts) for path in found)


def test_tfrecords_is_ours():
    import tfrecords

    assert pathlib.Path(tfrecords.__file__).parent.parent == ROOT


def test_only_one_module_opens_files_for_writing():
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
                mode = ast.unparse(node.args[1]) if len(node.args) > 1 else "'r'"
                assert not set("wax+") & set(mode) or module == "tfrecords.files", module


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_unpickles(module):
    names = {name.split(".")[0] for name in imports(MODULES[module])}
    assert not names & {"pickle", "joblib", "dill", "torch", "yaml"}
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            assert ast.unparse(node.value) == "False"


def test_every_public_name_exists():
    import shopee_tf

    for name in shopee_tf.__all__:
        assert getattr(shopee_tf, name) is not None
