"""Who signs, where it is kept and who witnesses it, as the environment names them."""

from services.intake.proving.second_place import SecondPlace
from services.intake.proving.signing import Signing
from services.intake.proving.witnesses import Witness
from shared.io import config
from shared.io.files import Keeping
from shared.io.provider_http import ProviderHttp
from shared.io.signing import Signer, Verifier
from shared.kernel import heads
from shared.kernel.errors import Refused

# An address, and the key that its signatures are told by.
WITNESS_PARTS = 2


def signing_of(settings: config.Intake) -> Signing:
    """Who signs what was recorded, and the witnesses of it."""
    if not heads.NAME.fullmatch(settings.log_name):
        raise Refused("config.unusable", why="LOG_NAME")
    signer = Signer(settings.log_name, settings.log_key, setting="LOG_KEY")
    http = ProviderHttp()
    named = [each.split() for each in settings.witnesses.split(",") if each.strip()]
    if any(len(each) != WITNESS_PARTS for each in named):
        raise Refused("config.unusable", why="WITNESSES: address key, …")
    return Signing(
        settings.database_url,
        signer,
        [Verifier(key) for key in (signer.key.text, *settings.log_former_keys.split())],
        SecondPlace(Keeping(settings.checkpoints_url)),
        [Witness(url, Verifier(key), http) for url, key in named],
        seconds=settings.sign_seconds,
    )
