"""The door to argon2 and zxcvbn: passwords are kept as slow hashes, and weak ones are refused."""

import asyncio
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from shared.kernel.errors import Refused

# Length is what makes a password; kinds of characters are not asked for.
CHARACTERS_MIN = 12
CHARACTERS_MAX = 128
# Of 4: beyond what 10^8 guesses find.
STRENGTH_MIN = 3
# More of it costs the estimate time, and a strong beginning is strong enough.
ESTIMATED_CHARACTERS = 64
# Each hash takes 64 MiB and most of a core; more at once would only slow each other down.
AT_ONCE_MAX = 2


def must_be_strong(password: str, known: Sequence[str]) -> None:
    """Refuse what is short or easily guessed; `known` is what strangers know of the person."""
    if not CHARACTERS_MIN <= len(password) <= CHARACTERS_MAX:
        raise Refused("password.length", shortest=CHARACTERS_MIN, longest=CHARACTERS_MAX)
    estimated = zxcvbn(password[:ESTIMATED_CHARACTERS], user_inputs=["jejak", "inovasi", *known])
    if estimated["score"] < STRENGTH_MIN:
        raise Refused("password.guessable")


class Passwords:
    """Hashes with argon2id, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE_MAX)
        # Compared where there is no account, so that it takes as long as where there is one.
        self._nobody = self._hasher.hash("")

    async def hash(self, password: str) -> str:
        """What is kept of it."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the one; where nothing is kept, it takes as long and never is."""
        async with self._turns:
            fits = await asyncio.to_thread(self._verify, kept or self._nobody, password)
        return fits and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made more cheaply than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
