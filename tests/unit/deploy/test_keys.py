"""API keys of the sample: made once, kept in one private file, told to the database as hashes."""

import hashlib
import stat
from pathlib import Path

import msgspec

from deploy import keys
from deploy.keys import Wanted
from shared.io import identity

ADMIN = Wanted(tenant="63.10", role="region_admin", history=True)
MINISTRY = Wanted(tenant="00", role="ministry", history=True)


def test_a_key_is_as_intake_reads_it_with_256_random_bits() -> None:
    key = identity.presented("abc")
    prefix, name, secret = key.split("_", 2)
    assert (prefix, name) == ("jejak", "abc")
    assert len(secret) >= 43
    assert identity.presented("abc") != key


def test_the_database_keeps_only_the_hash_of_the_secret() -> None:
    row = keys.row("jejak_abc_with_underscores", ADMIN)
    assert row == {
        "id": "abc",
        "tenant": "63.10",
        "role": "region_admin",
        "secret_hash": hashlib.sha256(b"with_underscores").digest(),
        "history": True,
    }


def test_the_identity_of_a_sample_key_is_fixed_and_has_no_underscore() -> None:
    assert ADMIN.name == "63.10 region_admin"
    assert ADMIN.identity == "contoh-63.10-region-admin"
    assert identity.presented(ADMIN.identity).split("_", 2)[1] == ADMIN.identity


def test_the_file_is_made_private_and_read_again_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "sample-keys.json"
    first = keys.held([ADMIN, MINISTRY], file)
    assert set(first) == {"63.10 region_admin", "00 ministry"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert msgspec.json.decode(file.read_bytes()) == first
    written = file.stat().st_mtime_ns
    assert keys.held([ADMIN, MINISTRY], file) == first
    assert file.stat().st_mtime_ns == written


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first = keys.held([ADMIN], file)
    both = keys.held([ADMIN, MINISTRY], file)
    assert both["63.10 region_admin"] == first["63.10 region_admin"]
    assert set(both) == {"63.10 region_admin", "00 ministry"}


def test_a_key_that_is_not_one_of_ours_is_replaced_and_others_are_kept() -> None:
    known = {"63.10 region_admin": "jejak_other_secret", "mine": "untouched"}
    completed = keys.completed(known, [ADMIN])
    assert completed["mine"] == "untouched"
    assert completed["63.10 region_admin"].startswith("jejak_contoh-63.10-region-admin_")
