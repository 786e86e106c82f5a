"""One row more among rows that are searched already, without searching them again."""

import numpy as np

from shopee_tf.retrieval.neighbors import Neighbors


def takers(lists: Neighbors, new: Neighbors, *, k: int, floor: float = -np.inf) -> np.ndarray:
    """Finds the rows that a new one is among the neighbours of.

    Args:
      lists: of all n rows, searched in themselves.
      new: of row n alone: all that it finds, however many these are.
      k: neighbours of each row, itself counted.
      floor: the least similarity at which neighbours are looked for.

    Returns:
      [n] float32, the similarity of the new row to each that takes it; -inf to the others.
    """
    others, similarities = new.neighbors[0, 1:], new.similarities[0, 1:]
    known = (others >= 0) & (similarities >= floor)
    found = np.full(len(lists.rows), -np.inf, np.float32)
    found[others[known]] = similarities[known]
    if lists.neighbors.shape[1] < k:
        return found
    full = lists.neighbors[:, -1] >= 0
    found[full & (found <= lists.similarities[:, -1])] = -np.inf
    return found


def insert_row(
    lists: Neighbors, new: Neighbors, *, rows: np.ndarray, k: int, floor: float = -np.inf
) -> Neighbors:
    """Lists the neighbours of some rows and of a new one, as a search of all would find them.

    Neighbours that are not among these rows leave a gap, so that all others keep their ranks.

    Args:
      lists, new, k, floor: see `takers`; the floor is not for what the new row itself finds.
      rows: [m] int32 below n, ascending; they are numbered anew, and the new one is m.

    Returns:
      Of m + 1 rows: [m + 1, k], with neighbor -1 and similarity -inf in gaps, wherever these are.
    """
    m = len(rows)
    place = np.full(len(lists.rows) + 1, -1, np.int32)  # its last is where -1 looks
    place[rows] = np.arange(m)
    others = np.column_stack([place[lists.neighbors[rows, 1:]], np.full(m, m, np.int32)])
    taken = takers(lists, new, k=k, floor=floor)[rows]
    values = np.column_stack([lists.similarities[rows, 1:], taken])
    order = np.argsort(-values, axis=1, kind="stable")[:, : k - 1]
    others, values = (np.take_along_axis(field, order, axis=1) for field in (others, values))
    gaps = (others < 0) | (values == -np.inf)
    found = Neighbors(
        np.arange(m + 1, dtype=np.int32),
        np.full((m + 1, k), -1, np.int32),
        np.full((m + 1, k), -np.inf, np.float32),
    )
    found.neighbors[:, 0] = found.rows
    found.similarities[:, 0] = [*lists.similarities[rows, 0], new.similarities[0, 0]]
    width = 1 + order.shape[1]
    found.neighbors[:m, 1:width] = np.where(gaps, -1, others)
    found.similarities[:m, 1:width] = np.where(gaps, -np.inf, values)
    own = place[new.neighbors[0, 1:k]]
    found.neighbors[m, 1 : 1 + len(own)] = own
    found.similarities[m, 1 : 1 + len(own)] = np.where(own < 0, -np.inf, new.similarities[0, 1:k])
    return found
