"""The five kinds of failure, told apart by who must act next.

The class docstring is the default message; `reason` is a stable code that tests, logs and the
Indonesian sentences of the edge are keyed by; facts are keywords. HTTP numbers and redelivery
are not known here: they belong to the doors.
"""


class Failure(Exception):  # noqa: N818 - a failure is the noun; each kind says who must act
    """Something could not be done."""

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.facts = facts
        told = ", ".join(f"{name}={fact}" for name, fact in facts.items())
        super().__init__(f"{reason}: {self.__doc__}" + (f" ({told})" if told else ""))


class Refused(Failure):
    """The request breaks a rule; the caller must change it."""


class Missing(Failure):
    """There is no such thing for this caller; the caller must name another."""


class Outrun(Failure):
    """Someone else wrote first; whoever decided must load and decide again."""


class Unavailable(Failure):
    """Something needed is down; time must pass."""


class Corrupt(Failure):
    """Stored data breaks our own contract; an operator must look."""
