"""What a witness is told by its environment: its key and name, the logs it knows, its folder."""

import re

from shared.io import config, signing
from shared.io.signing import Signer, Verifier
from shared.kernel import notes
from shared.kernel.errors import Refused


class Settings(config.Listening, frozen=True, kw_only=True):
    """`witness_key` is a seed as base64; `witness_logs` verifier keys, by lines or commas.

    A known key speaks for the log of its own name and for those below it (`name/…`).
    """

    witness_key: str
    witness_name: str
    witness_logs: str
    witness_state: str
    listen_port: int = 8410


def signer_of(settings: Settings) -> Signer:
    """The witness itself; `Refused` names the setting that is wrong."""
    try:
        notes.must_be_name(settings.witness_name)
    except Refused as refused:
        raise Refused("config.unusable", why="WITNESS_NAME") from refused
    return signing.Signer(
        settings.witness_name, settings.witness_key, notes.COSIGNATURE, "WITNESS_KEY"
    )


def logs_of(settings: Settings) -> tuple[Verifier, ...]:
    """The keys of the logs that are witnessed."""
    found = []
    for text in re.split(r"[,\s]+", settings.witness_logs.strip()):
        try:
            verifier = Verifier(text)
        except Refused as refused:
            raise Refused("config.unusable", why=f"WITNESS_LOGS: {text}") from refused
        if verifier.key.algorithm != notes.ED25519:
            raise Refused("config.unusable", why=f"WITNESS_LOGS: {text} (01)")
        found.append(verifier)
    return tuple(found)
