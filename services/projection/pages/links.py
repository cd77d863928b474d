"""Addresses of views: in Indonesian for people's pages, in English for the interface."""

from collections.abc import Mapping
from urllib.parse import urlencode

from services.projection.read import Question
from services.projection.tables import Clock
from services.projection.views import RankingView
from shared.kernel import clocks

# The clocks as the pages' addresses name them.
JAM: Mapping[str, Clock] = {"terjadi": "happened", "diketahui": "known"}
JAM_OF: Mapping[str, str] = {clock: jam for jam, clock in JAM.items()}


def page(province: str, year: int, **asked: str) -> str:
    """The page of a ranking; what is empty is left out."""
    return _with(f"/peringkat/{province}/{year}", asked)


def same_view(view: RankingView, question: Question) -> str:
    """The JSON of exactly the view that is shown."""
    asked = {
        "stage": view.stage,
        "as_of": question.as_of,
        "clock": view.clock,
        "since": question.since,
    }
    path = f"/v1/provinces/{view.province.code}/seasons/{view.season.year}/ranking"
    return _with(path, asked)


def certificate(view: RankingView) -> str:
    """The signed certificate of the stage that is shown, on paper."""
    path = f"/v1/provinces/{view.province.code}/seasons/{view.season.year}/certificate.pdf"
    return _with(path, {"stage": view.stage})


def permanent(view: RankingView) -> str:
    """The page of this view with every choice spelt out.

    The present one becomes what is known at this second, which no later fact changes.
    """
    zone = view.province.time_zone
    return page(
        view.province.code,
        view.season.year,
        tahap=view.stage,
        per=clocks.iso(view.as_of or view.generated_at, zone),
        jam="diketahui" if view.as_of is None else JAM_OF[view.clock],
        banding=clocks.iso(view.compared_with, zone),
    )


def _with(path: str, asked: Mapping[str, str]) -> str:
    given = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(given, safe=':')}" if given else path
