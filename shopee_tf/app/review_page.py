"""The page on which people decide the pairs that the matcher is least sure of."""

import uuid

from shopee_tf.app.decision_export import has_formulas, pairs_csv
from shopee_tf.app.decisions import (
    DIFFERENT,
    SAME,
    WITHDRAWN,
    History,
    Pair,
    keep_decision,
    pair_of,
    read_decisions,
)
from shopee_tf.app.drawing import draw_listing, draw_reasons
from shopee_tf.app.reviewing import next_pair
from shopee_tf.app.workbench import Workbench
from tfrecords.wording import counted

# In the state of a session; done are pairs decided and skipped, in turn.
_REVIEWER, _SKIPPED, _DONE, _PROBLEM = "reviewer", "skipped", "done", "problem"


def draw(bench: Workbench, path: str) -> None:
    """Draws the page.

    Args:
      bench: the catalogue.
      path: of the file that keeps decisions.
    """
    import streamlit as st

    st.title("Review uncertain pairs")
    history = read_decisions(path)
    decided = history.latest
    state = st.session_state
    state.setdefault(_REVIEWER, uuid.uuid4().hex)
    ids, pairs = bench.catalog.posting_ids, bench.uncertain
    place = next_pair(pairs, ids, {*decided, *state.get(_SKIPPED, ())})
    _draw_buttons(path, None if place is None else _ids_at(bench, place))
    if problem := state.pop(_PROBLEM, None):
        st.error("This decision could not be kept.")
        st.text(problem)
    if place is None:
        st.success("No pair is left to look at.")
    else:
        _draw_pair(bench, place)
    _draw_history(bench, history)


def _ids_at(bench: Workbench, place: int) -> Pair:
    ids, pairs = bench.catalog.posting_ids, bench.uncertain
    return pair_of(ids[pairs.first[place]], ids[pairs.second[place]])


def _draw_buttons(path: str, pair: Pair | None) -> None:
    import streamlit as st

    done = st.session_state.get(_DONE, [])
    none = pair is None
    with st.container(horizontal=True):
        for label, verdict, key, kind in (
            ("Same product", SAME, "s", "primary"),
            ("Different", DIFFERENT, "d", "primary"),
        ):
            st.button(
                label, key=verdict, shortcut=key, type=kind, disabled=none,
                on_click=_decide, args=(path, pair, verdict),
            )  # fmt: skip
        st.button("Skip", key="skip", shortcut="k", disabled=none, on_click=_skip, args=(pair,))
        st.button(
            "Take back", key="back", shortcut="u", disabled=not done, on_click=_take_back,
            args=(path,),
        )  # fmt: skip


def _decide(path: str, pair: Pair, verdict: str) -> None:
    import streamlit as st

    if _kept(path, pair, verdict):
        st.session_state.setdefault(_DONE, []).append(pair)


def _take_back(path: str) -> None:
    import streamlit as st

    state = st.session_state
    done, skipped = state[_DONE], state.get(_SKIPPED, set())
    if done[-1] in skipped:
        skipped.remove(done.pop())
    elif _kept(path, done[-1], WITHDRAWN):
        done.pop()


def _skip(pair: Pair) -> None:
    import streamlit as st

    st.session_state.setdefault(_SKIPPED, set()).add(pair)
    st.session_state.setdefault(_DONE, []).append(pair)


def _kept(path: str, pair: Pair, verdict: str) -> bool:
    import streamlit as st

    try:
        keep_decision(path, *pair, verdict, reviewer=st.session_state[_REVIEWER])
    except OSError as error:
        st.session_state[_PROBLEM] = f"{error.filename or path}: {error.strerror}"
        return False
    return True


def _draw_pair(bench: Workbench, place: int) -> None:
    import streamlit as st

    card = bench.explainer.card(*_ids_at(bench, place))
    says = "the same product" if card.verdict.accepted else "not the same"
    first, second, why = st.columns([2, 2, 3], gap="large")
    for column, listing in ((first, card.first), (second, card.second)):
        with column:
            draw_listing(bench, bench.row_of(listing.posting_id))
    with why:
        st.text(f"The matcher says: {says}.")
        draw_reasons(card, first="the left title", second="the right title")


def _draw_history(bench: Workbench, history: History) -> None:
    import streamlit as st

    decided = history.latest
    same = sum(one.verdict == SAME for one in decided.values())
    st.divider()
    st.text(
        f"{counted(len(decided), 'pair')} decided: {same:,} the same product, "
        f"{len(decided) - same:,} different"
    )
    if history.unreadable:
        st.text(f"{counted(history.unreadable, 'line')} of the file cannot be read")
    st.download_button(
        "Download the decided pairs (csv)", pairs_csv(history, bench.catalog), "pairs.csv",
        "text/csv", disabled=not decided, on_click="ignore",
    )  # fmt: skip
    if has_formulas(history):
        st.text("Some ids begin as formulas do: no spreadsheet should open this csv.")
    if decided:
        latest = list(decided.values())[:-11:-1]
        st.dataframe(
            {
                "one": [bench.title_of(one.first) for one in latest],
                "other": [bench.title_of(one.second) for one in latest],
                "decided": [one.verdict for one in latest],
                "when": [one.when for one in latest],
            },
            hide_index=True,
        )
