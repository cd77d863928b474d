"""Passwords and seeds made on the first run and kept in one folder that only its owner can read."""

import base64
import os
import secrets
from pathlib import Path

import msgspec
import nkeys

# 144 random bits, safe inside a URL.
PASSWORD_BYTES = 18

# An Ed25519 key is made of this much chance.
SEED_BYTES = 32
KEY_BYTES = 32

ROLES = ("jejak_intake", "jejak_scoring", "jejak_projection")
ROLE_PASSWORDS = "role-passwords.json"


def private_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def password(folder: Path, name: str) -> str:
    """The password of that name, made when first asked for."""
    path = private_folder(folder) / f"{name}-password"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(PASSWORD_BYTES).encode())
    return path.read_text()


def seed_file(folder: Path, user: str) -> Path:
    """Where the secret half of a user's key to the bus is kept, made when first asked for."""
    path = private_folder(folder) / f"nats-{user}-seed"
    if not path.exists():
        chance = secrets.token_bytes(SEED_BYTES)
        write_private(path, nkeys.encode_seed(chance, nkeys.PREFIX_BYTE_USER))
    return path


def key_file(folder: Path, name: str) -> Path:
    """Where a key is kept that is made once: what opens people's names, what signs the log."""
    path = private_folder(folder) / name
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    return path


def public_key(folder: Path, user: str) -> str:
    """The half that the server is told: it tells who signs, and nobody can sign with it."""
    pair = nkeys.from_seed(bytearray(seed_file(folder, user).read_bytes()))
    return str(pair.public_key.decode())


def role_passwords(folder: Path) -> dict[str, str]:
    """The password of each service's role, also kept as the file that migrations read."""
    path = private_folder(folder) / ROLE_PASSWORDS
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
    passwords = {role: known.get(role) or secrets.token_urlsafe(PASSWORD_BYTES) for role in ROLES}
    if passwords != known:
        write_private(path, msgspec.json.encode(passwords))
    return passwords
