"""What no innovation's profile may be, whatever else it says."""

from datetime import date

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.intake import Profile

NAME_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 20_000
SHORT_TEXT_CHARACTERS_MAX = 200

TAHAPAN = ("inisiatif", "uji_coba", "penerapan")
BENTUK = ("", "tata_kelola", "pelayanan_publik", "lainnya")
JENIS = ("", "digital", "nondigital")
INISIATOR = ("", "kepala_daerah", "anggota_dprd", "perangkat_daerah", "asn", "masyarakat")
URUSAN = range(1, 39)


def check(profile: Profile) -> None:
    """What no profile may be, whatever else it says."""
    if not profile.name.strip():
        raise Refused("innovation.name_missing")
    for field, characters_max in _LIMITS.items():
        text.check(field, getattr(profile, field), characters_max)
    for field, allowed in _CHOICES.items():
        chosen = getattr(profile, field)
        if chosen not in allowed:
            told = ", ".join(choice for choice in allowed if choice)
            raise Refused("innovation.unknown_choice", field=field, chosen=chosen, allowed=told)
    others = profile.other_urusan
    if len(others) > len(URUSAN) or len(set(others)) < len(others):
        raise Refused("innovation.urusan_named_twice")
    for urusan in (profile.main_urusan, *others):
        if urusan not in URUSAN:
            raise Refused("innovation.unknown_urusan", urusan=urusan)
    _check_dates(profile.trial_date, profile.implementation_date, profile.development_date)


def _check_dates(trial: date | None, implementation: date | None, development: date | None) -> None:
    known = [moment for moment in (trial, implementation, development) if moment is not None]
    if known != sorted(known):
        raise Refused("innovation.dates_out_of_order")


_LIMITS = {
    "name": NAME_CHARACTERS_MAX,
    "perangkat_daerah": SHORT_TEXT_CHARACTERS_MAX,
    "design": TEXT_CHARACTERS_MAX,
    "purpose": TEXT_CHARACTERS_MAX,
    "benefit": TEXT_CHARACTERS_MAX,
    "outcome": TEXT_CHARACTERS_MAX,
}
_CHOICES = {"tahapan": TAHAPAN, "bentuk": BENTUK, "jenis": JENIS, "inisiator": INISIATOR}
