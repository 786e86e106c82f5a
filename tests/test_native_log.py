"""Start-up lines of TensorFlow are dropped, everything else arrives."""

import subprocess
import sys

import pytest

from shopee_tf.native_log import is_noise


@pytest.mark.parametrize(
    "line",
    [
        b"I0000 00:00:1795258719.235294   26571 port.cc:153] oneDNN custom operations are on.",
        b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    ],
)
def test_noise(line):
    assert is_noise(line)


@pytest.mark.parametrize("line", [b"F0000 00:00:1.2 Check failed", b"Killed", b"error: no", b""])
def test_no_noise(line):
    assert not is_noise(line)


def test_last_words_of_a_crash_arrive():
    code = (
        "import os, sys; from shopee_tf import native_log; native_log.drop_noise();"
        "print('from python', file=sys.stderr);"
        "os.write(2, b'I0000 00:00:1 noise\\nlast words\\n'); os.abort()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert sorted(done.stderr.splitlines()) == ["from python", "last words"]
