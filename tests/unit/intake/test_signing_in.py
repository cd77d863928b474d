"""Where there is no account, signing in takes as long as where there is one."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from services.intake.accounts.people import People
from services.intake.accounts.signing_in import Attempt, SigningIn
from shared.io import postgres
from shared.io.allowances import Allowances
from shared.io.sealing import Sealing
from shared.kernel.errors import Refused
from tests.system import PEOPLE_KEY

ATTEMPT = Attempt(email="siti@daerah.go.id", password="bukan ini sandinya", address="127.0.0.1")


class NoLimit:
    async def take(self, whose: str, kind: str) -> None:
        assert whose
        assert kind.startswith("sign_in")


async def test_a_password_is_compared_also_where_nobody_has_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nowhere = cast("postgres.Pool", None)
    signing_in = SigningIn(
        nowhere, cast("People", None), Sealing(PEOPLE_KEY), cast("Allowances", NoLimit())
    )
    compared = []

    async def found(*_: object) -> Sequence[Mapping[str, Any]]:
        return []

    async def fits(kept: str | None, password: str) -> bool:
        compared.append((kept, password))
        return False

    monkeypatch.setattr(signing_in, "_found", found)
    monkeypatch.setattr(signing_in._passwords, "fits", fits)
    with pytest.raises(Refused) as refused:
        await signing_in.sign_in(ATTEMPT)
    assert refused.value.reason == "sign_in.wrong"
    assert compared == [(None, ATTEMPT.password)]
