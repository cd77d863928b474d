"""`python -m deploy.local run` starts everything here and stays; `down` ends it from elsewhere."""

import asyncio
import os
import sys

from deploy.local import lock, plan, settings, words
from deploy.local.settings import Settings
from deploy.local.supervisor import Supervisor
from shared.kernel.errors import Failure

USAGE = "python -m deploy.local run | down"
USAGE_CODE = 2


def main(arguments: list[str]) -> int:
    commands = {"run": run, "down": down}
    if len(arguments) != 1 or arguments[0] not in commands:
        words.say(USAGE)
        return USAGE_CODE
    try:
        return commands[arguments[0]](settings.read(os.environ))
    except Failure as failure:
        words.say(words.sentence(failure))
        return 0 if failure.reason == "already_running" else 1


def run(chosen: Settings) -> int:
    with lock.held(chosen.var, chosen.address):
        return asyncio.run(Supervisor(plan.parts(chosen), chosen.logs).run())


def down(chosen: Settings) -> int:
    words.say(words.STOPPED if lock.stop_holder(chosen.var) else words.NOTHING_RUNS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
