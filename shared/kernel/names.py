"""How tenants, streams and subjects are spelt, in one place."""

import re
import zlib

MINISTRY = "00"

# Fixed for ever: a tenant's partition is part of every subject and durable consumer name.
PARTITIONS = 16

# A stream or innovation name longer than this is refused before it reaches an index.
NAME_LENGTH_MAX = 200

_TENANT = re.compile(r"[0-9]{2}(\.[0-9]{2})?\Z")
_INNOVATION = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")

# The region's own rows (SPD) stand where an innovation's id would.
REGION = "region"


def is_tenant(text: str) -> bool:
    """Whether `text` is spelt like a Kemendagri code: `63`, `63.10`, or the ministry's `00`."""
    return _TENANT.match(text) is not None


def is_innovation(text: str) -> bool:
    """Whether `text` can be an innovation's id: lower-case letters, digits, hyphens, at most 64."""
    return text != REGION and _INNOVATION.match(text) is not None


def province_of(tenant: str) -> str:
    """The province's code of a region: `63` of `63.10`."""
    return tenant[:2]


def season(year: int) -> str:
    """The stream of a season's calendar (tenant: the ministry or a province)."""
    return f"season/{year}"


def entry(year: int) -> str:
    """The stream that says a region has entered a season, and under which rules."""
    return f"entry/{year}"


def innovation(year: int, innovation_id: str) -> str:
    """The stream of one innovation's profile in one season."""
    return f"innovation/{year}/{innovation_id}"


def claim(year: int, subject: str, indicator: str) -> str:
    """The stream of one indicator of one innovation, or of the region itself (`REGION`)."""
    return f"claim/{year}/{subject}/{indicator}"


def result(year: int) -> str:
    """The stream of a region's official result in one season."""
    return f"result/{year}"


def reported(year: int, stage: str) -> str:
    """The stream of a score of a stage before the decree, as somebody stated it."""
    return f"reported/{year}/{stage}"


def target(year: int) -> str:
    """The stream of what a region's plan promises for a year."""
    return f"target/{year}"


def branch(year: int, branch_id: str) -> str:
    """The stream of one saved what-if."""
    return f"branch/{year}/{branch_id}"


def partition(tenant: str) -> int:
    """Which of the fixed partitions carries the tenant."""
    return zlib.crc32(tenant.encode()) % PARTITIONS


def subject(prefix: str, tenant: str) -> str:
    """The bus subject of a tenant: `evt.07.63-10`; a dot would split the token."""
    return f"{prefix}.{partition(tenant):02d}.{tenant.replace('.', '-')}"


def partition_filter(prefix: str, number: int) -> str:
    """The one wildcard that hears a partition."""
    return f"{prefix}.{number:02d}.*"
