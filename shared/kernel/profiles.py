"""What no innovation's profile may be, whatever else it says."""

from datetime import date
from decimal import Decimal

from shared.kernel import names, text
from shared.kernel.errors import Refused
from shared.kernel.events.innovation import Profile

NAME_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 20_000
SHORT_TEXT_CHARACTERS_MAX = 200

TAHAPAN = ("inisiatif", "uji_coba", "penerapan")
BENTUK = ("", "tata_kelola", "pelayanan_publik", "lainnya")
JENIS = ("", "digital", "nondigital")
INISIATOR = ("", "kepala_daerah", "anggota_dprd", "perangkat_daerah", "asn", "masyarakat")
URUSAN = range(1, 39)
ATTACHMENTS = ("anggaran", "profil_bisnis", "hki", "penghargaan")
CHOICES_MAX = 20
# Degrees between which Indonesia lies, and as fine as a hand's breadth.
LATITUDES = (Decimal(-12), Decimal(7))
LONGITUDES = (Decimal(94), Decimal(142))
PLACE_DECIMALS_MAX = 7


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
    _check_lists(profile)
    _check_place(profile.latitude, profile.longitude)
    _check_dates(profile.trial_date, profile.implementation_date, profile.development_date)


def _check_lists(profile: Profile) -> None:
    """Lists of codes are the year's business; here they are only of bounded length."""
    for field in ("tematik", "asta_cita"):
        chosen = getattr(profile, field)
        if len(chosen) > CHOICES_MAX or len(set(chosen)) < len(chosen):
            raise Refused("innovation.choices_out_of_range", field=field, choices_max=CHOICES_MAX)
        for one in chosen:
            text.check(field, one, SHORT_TEXT_CHARACTERS_MAX)
    files = [(file.kind, file.sha256) for file in profile.attachments]
    if len(files) > CHOICES_MAX or len(set(files)) < len(files):
        raise Refused(
            "innovation.choices_out_of_range", field="attachments", choices_max=CHOICES_MAX
        )
    for file in profile.attachments:
        if file.kind not in ATTACHMENTS:
            raise Refused(
                "innovation.unknown_choice",
                field="attachments",
                chosen=file.kind[:SHORT_TEXT_CHARACTERS_MAX],
                allowed=", ".join(ATTACHMENTS),
            )
    if profile.replicates and not names.is_origin(profile.replicates):
        raise Refused("innovation.origin_malformed")


def _check_place(latitude: Decimal | None, longitude: Decimal | None) -> None:
    """Both or none, and in Indonesia."""
    if latitude is None and longitude is None:
        return
    for degrees, within in ((latitude, LATITUDES), (longitude, LONGITUDES)):
        if degrees is None or not degrees.is_finite() or not within[0] <= degrees <= within[1]:
            raise Refused("innovation.place_outside")
        if -int(degrees.as_tuple().exponent) > PLACE_DECIMALS_MAX:
            raise Refused("innovation.place_too_fine", decimals_max=PLACE_DECIMALS_MAX)


def _check_dates(trial: date | None, implementation: date | None, development: date | None) -> None:
    known = [moment for moment in (trial, implementation, development) if moment is not None]
    if known != sorted(known):
        raise Refused("innovation.dates_out_of_order")


_LIMITS = {
    "name": NAME_CHARACTERS_MAX,
    "perangkat_daerah": SHORT_TEXT_CHARACTERS_MAX,
    "agency": SHORT_TEXT_CHARACTERS_MAX,
    "initiator_office": SHORT_TEXT_CHARACTERS_MAX,
    "klasifikasi": SHORT_TEXT_CHARACTERS_MAX,
    "pkpn": SHORT_TEXT_CHARACTERS_MAX,
    "pkpn_programme": NAME_CHARACTERS_MAX,
    "design": TEXT_CHARACTERS_MAX,
    "purpose": TEXT_CHARACTERS_MAX,
    "benefit": TEXT_CHARACTERS_MAX,
    "outcome": TEXT_CHARACTERS_MAX,
}
_CHOICES = {"tahapan": TAHAPAN, "bentuk": BENTUK, "jenis": JENIS, "inisiator": INISIATOR}
