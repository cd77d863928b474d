"""How tenants, streams and subjects are spelt, in one place."""

import re
import zlib

MINISTRY = "00"

# Fixed for ever: a tenant's partition is part of every subject and durable consumer name.
PARTITIONS = 16

# The logs that the bus carries, by what their subjects begin with: facts, scores.
LOGS = ("evt", "sco")

# A stream or innovation name longer than this is refused before it reaches an index.
NAME_LENGTH_MAX = 200

_TENANT = re.compile(r"[0-9]{2}(\.[0-9]{2})?\Z")
_INNOVATION = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")

# The program that holds an API key, and whoever works with it; the table of keys says the same.
CLIENT_CHARACTERS_MAX = 64
_CLIENT = re.compile(rf"[A-Za-z0-9.-]{{1,{CLIENT_CHARACTERS_MAX}}}\Z")

# A person's id; no program is named like one, or it would speak as the person.
_PERSON = re.compile(r"p-[0-9a-f]{16}\Z")

_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")

# The region's own rows (SPD) stand where an innovation's id would.
REGION = "region"


def is_tenant(text: str) -> bool:
    """Whether `text` is spelt like a Kemendagri code: `63`, `63.10`, or the ministry's `00`."""
    return _TENANT.match(text) is not None


def is_innovation(text: str) -> bool:
    """Whether `text` can be an innovation's id: lower-case letters, digits, hyphens, at most 64."""
    return text != REGION and _INNOVATION.match(text) is not None


def is_origin(text: str) -> bool:
    """Whether `text` can name an innovation of another region: `63.01/tapis`."""
    region, _, name = text.partition("/")
    return is_tenant(region) and is_innovation(name)


def is_client(text: str) -> bool:
    """Whether `text` can be the name of a client: letters, digits, dots, hyphens."""
    return _CLIENT.match(text) is not None


def is_person(text: str) -> bool:
    """Whether `text` is spelt like a person's id."""
    return _PERSON.match(text) is not None


def is_fingerprint(text: str) -> bool:
    """Whether `text` is spelt like the SHA-256 of a file: 64 digits and letters a to f."""
    return _FINGERPRINT.match(text) is not None


def is_keeper(tenant: str) -> bool:
    """Whether a tenant may keep seasons: the ministry or a province."""
    return tenant == province_of(tenant)


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


# The stream of what happened to a log itself.
EPOCH = "epoch"


def finding(year: int, finding_id: str) -> str:
    """The stream of what was said of one finding."""
    return f"finding/{year}/{finding_id}"


def branch(year: int, branch_id: str) -> str:
    """The stream of one saved what-if."""
    return f"branch/{year}/{branch_id}"


def late(year: int) -> str:
    """The stream of what a region reported after the deadline."""
    return f"late/{year}"


def agency(year: int, agency_id: str) -> str:
    """The stream of one agency (perangkat daerah) as a region is organised in a year."""
    return f"agency/{year}/{agency_id}"


def coaching(year: int, agency_id: str) -> str:
    """The stream of who coaches an agency, and the steps agreed."""
    return f"coaching/{year}/{agency_id}"


def decree(year: int) -> str:
    """The stream of the regional head's decrees on innovations."""
    return f"decree/{year}"


def verifier(year: int, subject: str) -> str:
    """The stream of who verifies an innovation, or the region's own rows (`REGION`)."""
    return f"verifier/{year}/{subject}"


def sample(year: int) -> str:
    """The stream of draws for quality control."""
    return f"sample/{year}"


def clarification(year: int, subject: str, indicator: str) -> str:
    """The stream of what a region asks to be looked at again, and the answers."""
    return f"clarification/{year}/{subject}/{indicator}"


def key(key_id: str) -> str:
    """The stream of one API key: belongs to no season."""
    return f"key/{key_id}"


def person(person_id: str) -> str:
    """The stream of one person's roles: belongs to no season."""
    return f"person/{person_id}"


def partition(tenant: str) -> int:
    """Which of the fixed partitions carries the tenant."""
    return zlib.crc32(tenant.encode()) % PARTITIONS


def subject(prefix: str, tenant: str) -> str:
    """The bus subject of a tenant: `evt.07.63-10`; a dot would split the token."""
    return f"{prefix}.{partition(tenant):02d}.{tenant.replace('.', '-')}"


def partition_filter(prefix: str, number: int) -> str:
    """The one wildcard that hears a partition."""
    return f"{prefix}.{number:02d}.*"


def bus_stream(prefix: str) -> str:
    """The stream that carries a log."""
    return prefix.upper()


def durable(consumer: str, prefix: str, number: int) -> str:
    """How far a consumer heard a partition is kept by the bus under this name."""
    return f"{consumer}_{prefix}_{number:02d}"


def inbox(who: str) -> str:
    """What every subject begins with at which the bus answers `who`."""
    return f"_INBOX.{who}"
