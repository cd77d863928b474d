"""One request followed through the services: W3C Trace Context, version 00.

A trace is 32 hexadecimal digits. It stands in the meta of the facts that a request left, so it
reaches whoever applies them, also where the bus was lost and the log is read instead.
"""

import re

_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?\Z")
_VERSION, _LENGTH = "00", 55
SPAN_CHARACTERS = 16
_NOTHING = "0" * 32


def trace_of(traceparent: str) -> str:
    """The trace that a caller's header names; empty where it names none that can be."""
    found = _PARENT.match(traceparent.strip())
    if found is None or found[1] == _NOTHING or found[2] == _NOTHING[:SPAN_CHARACTERS]:
        return ""
    longer = traceparent.startswith(_VERSION) and len(traceparent.strip()) != _LENGTH
    return "" if longer else found[1]


def parent(trace: str, span: str) -> str:
    """The header that names a trace and one step of it; `span` is 16 hexadecimal digits."""
    return f"{_VERSION}-{trace}-{span}-01"
