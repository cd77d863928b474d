"""When a delivery that failed is tried again, and when it is given up."""

# At first a receiver that is being restarted, in the end one that is repaired after a weekend.
FIRST_SECONDS = 1.0
SECONDS_MAX = 6 * 3600.0
# After so long without one success the webhook is suspended, until its owner resumes it.
GIVEN_UP_HOURS = 72
# The receiver says that the address is gone for good.
GONE = 410

_DOUBLINGS_MAX = 20


def wait_seconds(failures: int, share: float) -> float:
    """How long to wait after so many failures in a row.

    Twice as long each time; the upper half is drawn by `share`, 0 to 1, so that many webhooks of
    one receiver do not all come back at the same moment.
    """
    whole = min(SECONDS_MAX, FIRST_SECONDS * 2.0 ** min(failures - 1, _DOUBLINGS_MAX))
    return whole * (0.5 + share / 2)
