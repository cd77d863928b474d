"""Wiring of the witness: `python -m deploy.witness`; with `key NAME` it makes a key and ends.

    python -m deploy.witness key saksi.example.ac.id/1 witness-key

writes the secret half to the file (nobody else may read it) and prints the verifier key, which is
what others are given.
"""

import argparse
import sys
from pathlib import Path

from deploy.local import credentials
from deploy.witness import kept, settings
from deploy.witness.routes import routes
from deploy.witness.witness import Witness
from shared.io import clock, config, http, log, problems, signing
from shared.kernel import notes
from shared.kernel.errors import Failure, Refused

VERSION = "1"


def serve() -> None:
    """Sign what grows, until told to stop."""
    told = config.read(settings.Settings)
    signer, logs = settings.signer_of(told), settings.logs_of(told)
    log.open_log("witness", told.log_style)
    with kept.opened(Path(told.witness_state)) as folder:
        witness = Witness(signer, logs, folder, lambda: int(clock.now().timestamp()))
        app = http.application(
            title="Jejak Inovasi: saksi",
            version=VERSION,
            handlers=routes(witness),
            ready=lambda: {"folder": True},
            gauges=lambda: {"witnessed_logs": len(witness.held)},
        )
        http.run(lambda: http.serve_beside(app, told, []))


def make_key(name: str, file: Path) -> str:
    """The verifier key of a new witness, whose secret half is now in the file."""
    if file.exists():
        raise Refused("config.unusable", why=f"{file}: exists")
    seed = signing.new_seed()
    key = signing.Signer(name, seed, notes.COSIGNATURE).key
    credentials.write_private(file, seed.encode())
    return key.text


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.witness")
    made = parser.add_subparsers(dest="command").add_parser("key", help="buat kunci saksi baru")
    made.add_argument("name", help="nama saksi, misalnya saksi.example.ac.id/1")
    made.add_argument("file", type=Path, help="berkas untuk bagian rahasia (WITNESS_KEY_FILE)")
    told = parser.parse_args(arguments)
    try:
        if told.command == "key":
            print(make_key(told.name, told.file))
        else:
            serve()
    except Failure as failure:
        print(problems.sentence(failure.reason, "id", failure.facts), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
