"""What systems and ensembles of them are called.

A system is `phash` (perceptual hash of the photo), `tfidf`, `idf`, `tfidf_chars`, `idf_chars`
(words of the title, or runs of characters in them; `idf_shared` and `idf_chars_shared` leave out
what one title alone has), `glove:FILE`, `glove_idf:FILE` (word vectors of the title, the mean or
weighted by IDF), the folder of a trained run, compared by cosine, or `euclidean:FOLDER`, the run
compared by the distance of its embeddings as they are. Of these,

    a^b  concatenates the normalised embeddings,
    a~b  adds the similarities, with weights that are fitted,
    a+b  unites the matches, each with a threshold that is fitted;

`^` binds tighter than `~`, and `~` tighter than `+`. Distances are no cosines: a Euclidean system
stands alone or beside `+`.
"""

import collections
import difflib
import os
from collections.abc import Sequence
from typing import NamedTuple

from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS
from tfrecords.errors import UsageError

TFIDF = tuple(TFIDF_SYSTEMS)
GLOVE = ("glove", "glove_idf")
EUCLIDEAN = "euclidean:"
BITS_PER_COSINE = 32
"""The bits, of the 64 of a hash, in which the cosine of two hashes changes by 1."""

_NAMES = (
    f"phash, {', '.join(TFIDF)}, glove:FILE, glove_idf:FILE, the folder of a run or "
    f"{EUCLIDEAN}FOLDER"
)


class System(NamedTuple):
    """One measure of similarity: a single name, or several whose embeddings are concatenated."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "^".join(self.names)


class Blend(NamedTuple):
    """A weighted sum of the similarities of systems; of a single one, its similarity as it is."""

    systems: tuple[System, ...]

    def __str__(self) -> str:
        return "~".join(map(str, self.systems))


class Union(NamedTuple):
    """Blends whose matches are united."""

    blends: tuple[Blend, ...]

    def __str__(self) -> str:
        return "+".join(map(str, self.blends))

    @property
    def names(self) -> list[str]:
        """The names in it, each once, in order."""
        every = (name for blend in self.blends for system in blend.systems for name in system.names)
        return list(dict.fromkeys(every))


def parse_union(text: str) -> Union:
    """Reads what a user wrote.

    Raises:
      UsageError: a member is empty or stands there twice, `^` is applied to a hash, or `^` or `~`
        to distances.

    Example:
      >>> union = parse_union("phash + tfidf~runs/a^runs/b/")
      >>> [[system.names for system in blend.systems] for blend in union.blends]
      [[('phash',)], [('tfidf',), ('runs/a', 'runs/b')]]
      >>> str(union)
      'phash+tfidf~runs/a^runs/b'
    """
    return Union(_members(text, "+", text, lambda part: _blend(part, text)))


def parse_unions(texts: Sequence[str]) -> list[Union]:
    """Reads what a user wrote, each once, and adds the union of it all.

    It is not added where it is among them, nor where any of `texts` has a `^` or a `~`.

    Raises:
      UsageError: see `parse_union`.

    Example:
      >>> list(map(str, parse_unions(["phash", "tfidf", "phash"])))
      ['phash', 'tfidf', 'phash+tfidf']
      >>> list(map(str, parse_unions(["phash", "phash~tfidf"])))
      ['phash', 'phash~tfidf']
    """
    unions = list(dict.fromkeys(map(parse_union, texts)))
    everything = tuple(dict.fromkeys(blend for union in unions for blend in union.blends))
    united = any(set(union.blends) == set(everything) for union in unions)
    if united or any(sign in text for text in texts for sign in "^~"):
        return unions
    return [*unions, Union(everything)]


def is_hash(of: Blend | System) -> bool:
    """True where similarities are Hamming distances and not cosines."""
    systems = of.systems if isinstance(of, Blend) else (of,)
    return systems == (System(("phash",)),)


def is_euclidean(of: Blend | System) -> bool:
    """True where similarities are minus Euclidean distances."""
    systems = of.systems if isinstance(of, Blend) else (of,)
    return any(name.startswith(EUCLIDEAN) for system in systems for name in system.names)


def run_folder(name: str) -> str:
    """The folder of a run, however it is compared.

    Example:
      >>> run_folder("euclidean:runs/a"), run_folder("runs/a")
      ('runs/a', 'runs/a')
    """
    return name.removeprefix(EUCLIDEAN)


def kind_of(name: str) -> str:
    """What a name is the name of: "phash", "tfidf", "glove" or "run"."""
    if name == "phash":
        return "phash"
    if name in TFIDF:
        return "tfidf"
    return "glove" if name.split(":")[0] in GLOVE and ":" in name else "run"


def files_of(union: Union) -> list[str]:
    """The files, and the folders in which no other thing belongs, that its systems read.

    Example:
      >>> files_of(parse_union("phash+glove:words.txt+runs/a"))
      ['words.txt', 'runs/a/run.json', 'runs/a/encoder', 'runs/a/embeddings']
    """
    found = []
    for name in union.names:
        if kind_of(name) == "glove":
            found.append(name.split(":", 1)[1])
        elif kind_of(name) == "run":
            inside = ("run.json", "encoder", "embeddings")
            found += [os.path.join(run_folder(name), part) for part in inside]
    return found


def rename(union: Union, names: dict[str, str]) -> Union:
    """The same ensemble of systems that are called something else."""
    return Union(
        tuple(
            Blend(tuple(System(tuple(names[n] for n in system.names)) for system in blend.systems))
            for blend in union.blends
        )
    )


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Calls runs and files by the last part of their path, where that tells them apart.

    Example:
      >>> short_names(["tfidf", "runs/text", "a/bert", "b/bert"])
      {'tfidf': 'tfidf', 'runs/text': 'text', 'a/bert': 'a/bert', 'b/bert': 'b/bert'}
      >>> short_names(["runs/photo", "euclidean:runs/photo", "glove:words/v.txt"]).values()
      dict_values(['photo', 'euclidean:photo', 'glove:v.txt'])
    """
    last = {name: _last_part(name) for name in dict.fromkeys(names)}
    shared = collections.Counter(last.values())
    return {name: short if shared[short] == 1 else name for name, short in last.items()}


def _last_part(name: str) -> str:
    prefix, colon, path = name.rpartition(":")
    return prefix + colon + os.path.basename(path)


def unknown_system(name: str) -> UsageError:
    """The error for a name that is no system's and no folder's, or is taken for a folder's."""
    if name in ("phash", *TFIDF):
        return UsageError(f"{EUCLIDEAN}{name}: {EUCLIDEAN} takes the folder of a run")
    if name in GLOVE:
        return UsageError(f"{name}: the file of word vectors is missing, as in {name}:FILE")
    near = difflib.get_close_matches(name.casefold(), ["phash", *TFIDF, *GLOVE], n=1)
    hint = f"did you mean {near[0]}? Else give" if near else "give"
    return UsageError(f"{name}: no such folder and no system; {hint} {_NAMES}")


def _blend(text, whole):
    blend = Blend(_members(text, "~", whole, lambda part: _system(part, whole)))
    if is_euclidean(blend) and len(blend.systems) > 1:
        raise UsageError(f"{whole!r}: ~ adds cosines, and {EUCLIDEAN} gives distances; unite it by "
                         "+, or compare the run by cosine")  # fmt: skip
    return blend


def _system(text, whole):
    names = _members(text, "^", whole, lambda part: part.strip().rstrip("/"))
    if len(names) > 1 and "phash" in names:
        raise UsageError(f"{whole!r}: a hash has no embedding to concatenate; add it with ~ or +")
    system = System(names)
    if EUCLIDEAN in names:
        raise UsageError(f"{whole!r}: the folder of a run is missing after {EUCLIDEAN}")
    if is_euclidean(system) and len(names) > 1:
        raise UsageError(f"{whole!r}: ^ joins embeddings for cosines, and {EUCLIDEAN} gives "
                         "distances; unite it by +, or compare the run by cosine")  # fmt: skip
    return system


def _members(text, sign, whole, parse):
    parts = text.split(sign)
    if not all(part.strip(" /") for part in parts):
        raise UsageError(f"{whole!r}: a system is missing beside {sign!r}" if sign in whole else
                         "an empty name of a system; is there a comma too many?")  # fmt: skip
    members = tuple(map(parse, parts))
    if len(set(members)) < len(members):
        raise UsageError(f"{whole!r}: the same stands on both sides of {sign!r}")
    return members
