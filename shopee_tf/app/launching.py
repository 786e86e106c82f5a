"""Streamlit, started so that it listens to this machine alone and tells nobody anything."""

import pathlib
import socket

from shopee_tf.app.settings import Settings, as_argument
from shopee_tf.app.uploads import MAX_MEGABYTES
from tfrecords.errors import ResourceError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = pathlib.Path(__file__).with_name("page.py")


def streamlit_flags(host: str, port: int) -> list[str]:
    """The flags that Streamlit is started with; they outrank its configuration files.

    Args:
      host: the address to listen at.
      port: to listen at.
    """
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",
        "server.enableStaticServing": "false",
        "server.maxUploadSize": str(MAX_MEGABYTES),
        "browser.gatherUsageStats": "false",
        # Streamlit's own export would write titles that a spreadsheet runs as formulas.
        "client.disableDataExport": "true",
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.toolbarMode": "minimal",
        "runner.magicEnabled": "false",
        "theme.base": "light",
        "theme.baseFontSize": "14",
        "theme.primaryColor": "#c2410c",
    }
    # No other name, which a stranger's page could bring to point here.
    names = LOOPBACK if host in LOOPBACK else ()
    return [
        *(f"--{name}={value}" for name, value in options.items()),
        *(f"--server.allowedHosts={name}" for name in names),
    ]


def check_port(host: str, port: int) -> None:
    """Sees to it that the address is free.

    Raises:
      ResourceError: it is taken, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ResourceError(f"{host}:{port}: {reason}; give another --port or --host") from None


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serves the page until Ctrl-C or SIGTERM ends it.

    Raises:
      ResourceError: Streamlit is not installed.
      KeyboardInterrupt: Ctrl-C before it was served.
    """
    try:
        import click
        from streamlit.web import cli
    except ImportError:
        raise ResourceError("the page needs Streamlit: pip install 'shopee_tf[app]'") from None
    flags = streamlit_flags(host, port)
    words = ["run", *flags, str(_PAGE), "--", as_argument(settings)]
    try:
        cli.main(words, standalone_mode=False)
    except click.Abort:  # what click makes of it
        raise KeyboardInterrupt from None
