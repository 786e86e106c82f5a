"""Text of strangers in a csv that people open in a spreadsheet."""


def safe_cell(text: str) -> str:
    """Puts an apostrophe before what a spreadsheet would run as a formula.

    Example:
      >>> safe_cell('=HYPERLINK("http://a.b")'), safe_cell("tas"), safe_cell("-10%")
      ('\\'=HYPERLINK("http://a.b")', 'tas', "'-10%")
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
