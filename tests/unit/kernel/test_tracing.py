"""Which trace a caller is in, by the header of W3C Trace Context; what cannot be one names none."""

import pytest

from shared.kernel import tracing

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "told",
    [
        f"00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-00",
        f" 00-{TRACE}-{SPAN}-01 ",
        f"cc-{TRACE}-{SPAN}-01-of-a-later-version",
    ],
)
def test_a_trace_is_read(told: str) -> None:
    assert tracing.trace_of(told) == TRACE


@pytest.mark.parametrize(
    "told",
    [
        "",
        "x",
        TRACE,
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}",
        f'00-{TRACE}-{SPAN}-01\n{{"event":"forged"}}',
    ],
)
def test_what_cannot_be_one_names_none(told: str) -> None:
    assert tracing.trace_of(told) == ""


def test_what_is_told_is_read_again() -> None:
    assert tracing.trace_of(tracing.parent(TRACE, SPAN)) == TRACE
