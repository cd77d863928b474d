"""The door to structlog: one line per fact, JSON where a machine reads, plain where a person does.

An event name is an address (`indicator.claimed`), its facts are fields. Never a body, a header
or a name of a person; what slips in all the same is masked (`shared/kernel/redaction.py`).
"""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Protocol

import structlog

from shared.kernel import redaction


class Logger(Protocol):
    """What the shells may do with a log."""

    def info(self, event: str, **facts: Any) -> Any: ...
    def warning(self, event: str, **facts: Any) -> Any: ...
    def error(self, event: str, **facts: Any) -> Any: ...
    def exception(self, event: str, **facts: Any) -> Any: ...


def open_log(service: str, style: str) -> Logger:
    """Set up the process's log; `style` is `json`, `plain` or `silent` (errors only).

    Libraries' warnings join it.
    """
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if style == "plain"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.ERROR if style == "silent" else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)
    structlog.contextvars.bind_contextvars(service=service)
    return logger()


def logger() -> Logger:
    """The process's log."""
    log: Logger = structlog.get_logger()
    return log


@contextmanager
def traced(trace: str) -> Iterator[None]:
    """Every line in this block, and in what it starts, names the trace."""
    with structlog.contextvars.bound_contextvars(trace_id=trace):
        yield


def trace() -> str:
    """The trace of the running request; empty outside one."""
    return str(structlog.contextvars.get_contextvars().get("trace_id", ""))


def _masked(_: Any, __: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last step before a line is written."""
    return {name: redaction.masked(fact, name) for name, fact in facts.items()}


class _Forward(logging.Handler):
    """Library records as one line of ours: an error stays one, with where it came from."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say(
            "library",
            logger=record.name,
            message=record.getMessage(),
            exc_info=record.exc_info,
        )
