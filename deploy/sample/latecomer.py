"""One report that came after a deadline: invented, in season 2024, which is over.

It was kept and labelled late, and counts for nothing.
"""

from datetime import date

from deploy.sample import calendar, profiles, words
from deploy.sample.plan import BASIS
from deploy.sample.traits import YEAR_CLOSED
from services.intake.bodies.innovation import RegisterBody
from shared.kernel.hypotheses import ProfileBody

REGION = "63.10"
YEAR = YEAR_CLOSED
# The morning after the last minute of 22 August 2024.
DAY = date(2024, 8, 23)
MINUTES = 8 * 60 + 12
NAME = "SI-SUSUL Aduan Warga"
INNOVATION = "si-susul-aduan-warga"
AFFAIR = 16


def body() -> RegisterBody:
    """The innovation that was reported too late."""
    affair = next(each for each in words.words().affairs if each.number == AFFAIR)
    profile = ProfileBody(
        name=NAME,
        tahapan=profiles.STAGES[0],
        main_urusan=AFFAIR,
        bentuk=profiles.BENTUK[0],
        jenis="digital",
        inisiator=profiles.INISIATOR[0],
        perangkat_daerah=affair.agency,
        trial_date=date(2023, 2, 6),
        implementation_date=date(2023, 5, 8),
        purpose="Menjawab aduan warga dalam tiga hari kerja (data contoh).",
    )
    return RegisterBody(
        innovation=INNOVATION,
        profile=profile,
        occurred_at=calendar.at(DAY, MINUTES),
        basis=f"{BASIS}: kiriman susulan rekaan, sehari setelah batas akhir",
    )
