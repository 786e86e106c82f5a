"""A real Chromium, headless, and the page of a process of its own."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--window-size=1400,1000",
)  # fmt: skip
_LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "chrome:", "about:")
_STATE = '[data-testid="stApp"]'


def skip_without_browser() -> None:
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no chromium with chromedriver here: make browser installs them")
    pytest.importorskip("selenium", reason="the driver package selenium is not installed")
    pytest.importorskip("streamlit", reason="streamlit is not installed")


def open_browser(profile):
    """A browser with a profile of its own, which writes down what it asks the network for."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@contextlib.contextmanager
def started(*flags):
    """The process and the address of a page that `python -m shopee_tf.app` serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "shopee_tf.app", f"--port={port}", *map(str, flags)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(lambda: process.poll() is not None or _answers(address), 60)
        assert process.poll() is None, process.stdout.read()
        yield process, address
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextlib.contextmanager
def served(*flags):
    """The address of a page that is served while the block runs."""
    with started(*flags) as (_, address):
        yield address


def _answers(address) -> bool:
    try:
        return urllib.request.urlopen(f"{address}/_stcore/health").status == 200
    except OSError:
        return False


def _wait(done, seconds) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"waited for {seconds} s"
        time.sleep(0.1)


def find(browser, how, what, *, seconds=90):
    """The first such element, once there is one."""
    _wait(lambda: browser.find_elements(how, what), seconds)
    return browser.find_element(how, what)


def settle(browser, *, seconds=90) -> None:
    """Waits until the page has been still for half a second."""
    still = 0

    def done():
        nonlocal still
        app = browser.find_elements("css selector", _STATE)
        state = app[0].get_attribute("data-test-script-state") if app else None
        headed = browser.find_elements("css selector", "h1")
        still = still + 1 if state == "notRunning" and headed else 0
        return still > 5

    time.sleep(0.3)  # for what was done to reach the server
    _wait(done, seconds)


def console_errors(browser) -> list[str]:
    return [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]


def requests_elsewhere(browser) -> list[str]:
    """What the browser asked other machines for, since this was last called."""
    urls = []
    for entry in browser.get_log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            urls.append(event["params"]["request"]["url"])
        elif event["method"] == "Network.webSocketCreated":
            urls.append(event["params"]["url"])
    return [url for url in urls if not url.startswith(_LOCAL)]
