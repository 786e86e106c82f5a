"""The page is served to this machine alone, and refuses what is wrong before it starts."""

import signal
import socket

import pytest

from shopee_tf import gpu_memory
from shopee_tf.app import __main__ as app
from shopee_tf.app import launching
from shopee_tf.app.decisions import keep_decision
from shopee_tf.app.settings import Settings, as_argument, from_argument
from shopee_tf.matcher import save_matcher
from tests.app.browser import started


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr(launching, "serve", lambda settings, **where: calls.append(where))
    return calls


@pytest.fixture
def flags(tmp_path, sample, union_matcher):
    save_matcher(union_matcher, tmp_path / "matcher")
    return [
        f"--matcher={tmp_path / 'matcher'}", f"--csv={sample / 'train.csv'}",
        f"--images={sample / 'train_images'}", f"--decisions={tmp_path / 'd.jsonl'}",
        f"--port={free_port()}",
    ]  # fmt: skip


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_listens_to_this_machine_and_tells_nobody():
    flags = launching.streamlit_flags("127.0.0.1", 8501)
    for flag in (
        "--server.address=127.0.0.1", "--server.enableXsrfProtection=true",
        "--browser.gatherUsageStats=false", "--server.maxUploadSize=10",
        "--server.fileWatcherType=none", "--server.allowedHosts=127.0.0.1",
    ):  # fmt: skip
        assert flag in flags


def test_every_option_is_one_that_streamlit_knows():
    from streamlit import config

    known = config.get_config_options()
    names = {flag[2:].partition("=")[0] for flag in launching.streamlit_flags("0.0.0.0", 1)}
    assert names <= set(known)


def test_settings_travel_in_one_word():
    settings = Settings("a b", 'c"d', images=None, limit_rows=3)
    assert from_argument(as_argument(settings)) == settings


def test_the_default_host_is_loopback_without_a_warning(flags, served, capsys):
    app.main(flags)
    assert served[0]["host"] == "127.0.0.1" and not capsys.readouterr().err


def test_the_gpu_is_limited_before_the_page_is_served(flags, served, monkeypatch):
    monkeypatch.setattr(gpu_memory, "limit_gpu_memory", served.append)
    app.main([*flags, "--gpu_memory_gb=3.5"])
    assert served[0] == 3.5 and len(served) == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_signal_ends_it_well(flags, tmp_path, number):
    with started(*flags[:-1]) as (process, _):
        keep_decision(tmp_path / "d.jsonl", "a", "b", "same", reviewer="ann")
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    last = output.splitlines()[-1]
    assert last.startswith("done in ") and str(tmp_path / "d.jsonl") in last
    assert "120 listings shown, 1 pair decided in all" in last


def test_ctrl_c_before_it_is_served_is_an_interruption(flags, monkeypatch, capsys):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("streamlit.web.bootstrap.run", interrupt)
    with pytest.raises(SystemExit) as ended:
        app.main(flags)
    assert ended.value.code == 130 and "error: interrupted" in capsys.readouterr().err


def test_another_host_is_warned_of(flags, served, capsys):
    app.main([*flags, "--host=0.0.0.0"])
    assert "nothing asks them who they are" in capsys.readouterr().err and served


def test_a_port_that_is_taken_is_one_line(flags, served, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SystemExit) as ended:
            app.main([*flags, f"--port={other.getsockname()[1]}"])
    assert ended.value.code == 4 and not served
    assert "give another --port or --host" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "code", "message"),
    [
        ("--matcher=none", 1, "none: no such folder"),
        ("--images=none", 1, "no such folder"),
        ("--csv=none.csv", 1, "none.csv: no such file"),
        ("--decisions=/dev/null/d", 4, "cannot be written"),
    ],
)
def test_what_is_not_there_is_refused_before_it_starts(flags, served, capsys, flag, code, message):
    with pytest.raises(SystemExit) as ended:
        app.main([*flags, flag])
    assert (ended.value.code, served) == (code, [])
    assert message in capsys.readouterr().err
