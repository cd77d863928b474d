"""What no profile may be, whatever the year's form asks for."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from shared.kernel import profiles
from shared.kernel.errors import Failure
from shared.kernel.events.innovation import Attachment, Profile

PROFILE = Profile(
    name="TAPIS",
    tahapan="penerapan",
    main_urusan=2,
    latitude=Decimal("-3.4545"),
    longitude=Decimal("115.9881"),
    asta_cita=("2", "6"),
    replicates="63.01/tapis",
    attachments=(Attachment(kind="anggaran", sha256="a" * 64),),
)


def test_a_whole_profile_is_taken() -> None:
    profiles.check(PROFILE)
    profiles.check(replace(PROFILE, latitude=None, longitude=None, replicates=""))
    edge = replace(PROFILE, latitude=Decimal(7), longitude=Decimal("94.0000001"))
    profiles.check(edge)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"latitude": None}, "innovation.place_outside"),
        ({"longitude": None}, "innovation.place_outside"),
        ({"latitude": Decimal("7.1")}, "innovation.place_outside"),
        ({"longitude": Decimal("93.9")}, "innovation.place_outside"),
        ({"latitude": Decimal("NaN")}, "innovation.place_outside"),
        ({"latitude": Decimal("-Infinity")}, "innovation.place_outside"),
        ({"latitude": Decimal("1e400000")}, "innovation.place_outside"),
        ({"latitude": Decimal("-3.12345678")}, "innovation.place_too_fine"),
        ({"latitude": Decimal("1e-999999")}, "innovation.place_too_fine"),
        ({"asta_cita": ("1", "1")}, "innovation.choices_out_of_range"),
        ({"tematik": tuple(map(str, range(21)))}, "innovation.choices_out_of_range"),
        ({"tematik": ("x" * 201,)}, "text.too_long"),
        ({"pkpn": "a\x00"}, "text.forbidden_character"),
        ({"initiator_office": "x" * 201}, "text.too_long"),
        ({"replicates": "tapis"}, "innovation.origin_malformed"),
        ({"replicates": "63.01/"}, "innovation.origin_malformed"),
        ({"replicates": "63.01/a/b"}, "innovation.origin_malformed"),
        (
            {"attachments": (Attachment(kind="foto", sha256="a" * 64),)},
            "innovation.unknown_choice",
        ),
        ({"attachments": PROFILE.attachments * 2}, "innovation.choices_out_of_range"),
    ],
)
def test_what_a_profile_may_not_be(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        profiles.check(replace(PROFILE, **changed))
