"""Silence around hls4ml, which prints and warns on its way."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Keep prints, log messages and warnings off the terminal, in the text that this gives."""
    text = io.StringIO()
    root = logging.getLogger()
    handler = logging.StreamHandler(text)
    root.addHandler(handler)
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield text
    finally:
        root.removeHandler(handler)
