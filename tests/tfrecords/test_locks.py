import json
import os
import socket
import subprocess
import sys
import time

import pytest

from tfrecords import files, locks
from tfrecords.errors import LockedError
from tfrecords.outputs import check_writable


def write_lock(folder, *, age=0.0, **who):
    path = folder / locks.LOCK
    path.write_text(json.dumps({"host": socket.gethostname(), "since": "noon"} | who))
    os.utime(path, (time.time() - age,) * 2)


def lock_and_release(folder):
    with files.lock(folder):
        pass


def test_a_second_run_is_told_who_holds_the_folder(tmp_path):
    with files.lock(tmp_path):
        match = f"locked by pid {os.getpid()} on host {socket.gethostname()} since 2"
        with pytest.raises(LockedError, match=match) as caught, files.lock(tmp_path):
            pass
    assert caught.value.exit_code == 75


def test_the_lock_is_gone_afterwards_even_after_an_error(tmp_path):
    with pytest.raises(RuntimeError), files.lock(tmp_path):
        raise RuntimeError
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_made_for_the_lock_stays_only_with_something_in_it(tmp_path, kept):
    with files.lock(tmp_path / "new" / "below"):
        if kept:
            (tmp_path / "new" / "below" / "made").touch()
    assert (tmp_path / "new").exists() == kept


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path, caplog):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    write_lock(tmp_path, pid=dead.pid, started="1")
    with files.lock(tmp_path):
        assert json.loads((tmp_path / locks.LOCK).read_text())["pid"] == os.getpid()
    assert f"taking over the lock of pid {dead.pid}" in caplog.text


def test_a_process_number_that_was_given_out_again_is_not_the_owner(tmp_path):
    write_lock(tmp_path, pid=os.getppid(), started="long ago")
    with files.lock(tmp_path):
        pass


def test_another_machine_is_believed_to_live(tmp_path):
    write_lock(tmp_path, pid=1, host="elsewhere", age=300)
    with pytest.raises(LockedError, match="locked by pid 1 on host elsewhere"):
        files.lock(tmp_path).__enter__()


def test_ten_minutes_of_silence_of_another_machine_are_enough(tmp_path, caplog):
    write_lock(tmp_path, pid=1, host="elsewhere", age=601)
    with files.lock(tmp_path):
        pass
    assert "pid 1 on host elsewhere: no sign of life for 60" in caplog.text


def test_a_process_of_this_machine_that_lives_keeps_its_lock_in_silence(tmp_path):
    """As one stopped by Ctrl-Z, which gives no signs of life and may go on."""
    write_lock(tmp_path, pid=os.getppid(), started=locks._started(os.getppid()), age=9999)
    with pytest.raises(LockedError, match=f"locked by pid {os.getppid()}"):
        files.lock(tmp_path).__enter__()


def test_a_lock_that_is_being_written_counts(tmp_path):
    (tmp_path / locks.LOCK).touch()
    with pytest.raises(LockedError):
        files.lock(tmp_path).__enter__()


def test_signs_of_life_are_given(tmp_path):
    with locks.hold(tmp_path, heartbeat_seconds=0.01):
        os.utime(tmp_path / locks.LOCK, (0, 0))
        deadline = time.monotonic() + 10
        while (tmp_path / locks.LOCK).stat().st_mtime == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert time.time() - (tmp_path / locks.LOCK).stat().st_mtime < 10


def test_a_lock_lost_to_another_run_is_not_removed(tmp_path):
    with files.lock(tmp_path):
        write_lock(tmp_path, pid=1, host="elsewhere")
    assert (tmp_path / locks.LOCK).exists()


@pytest.mark.faults
def test_of_many_at_once_exactly_one_wins(tmp_path):
    """All find the lock of a dead process, and all want to take it over."""
    write_lock(tmp_path, pid=2**22 + 1, started="1")
    program = (
        "import sys, time\n"
        "from tfrecords import files\n"
        "from tfrecords.errors import LockedError\n"
        "sys.stdin.read(1)\n"
        "try:\n"
        f"    with files.lock({str(tmp_path)!r}):\n"
        "        print('won', flush=True); time.sleep(2)\n"
        "except LockedError:\n"
        "    print('lost')\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    for run in runs:
        run.stdin.write("x")
        run.stdin.flush()
    said = sorted(run.communicate()[0].strip() for run in runs)
    assert said == ["lost"] * 5 + ["won"]


@pytest.mark.faults
@pytest.mark.parametrize("use", [check_writable, lock_and_release])
def test_a_folder_that_another_process_removes_is_made_again(use, tmp_path):
    """As runs do that began together under a new parent, of which the first is done."""
    program = (
        "import contextlib, os, sys, time\n"
        "while True:\n"
        "    time.sleep(0.0005)\n"
        "    for folder in sys.argv[1:]:\n"
        "        with contextlib.suppress(OSError):\n"
        "            os.rmdir(folder)\n"
    )
    folder = tmp_path / "runs" / "one"
    remover = subprocess.Popen([sys.executable, "-c", program, folder, folder.parent])
    try:
        for _ in range(300):
            use(folder)
    finally:
        remover.kill()
        remover.wait()
