"""Numbers as they are read: a decimal comma and dots for thousands in Indonesian."""

from decimal import ROUND_HALF_EVEN, Decimal

_TO_INDONESIAN = str.maketrans(",.", ".,")


def points(value: Decimal, places: int, language: str = "id") -> str:
    """`47,04`; more decimals are shown where the value has them, for none may be hidden."""
    exponent = value.normalize().as_tuple().exponent
    held = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    shown = value.quantize(Decimal(1).scaleb(-max(places, held)), ROUND_HALF_EVEN)
    text = f"{shown:,f}"
    return text if language == "en" else text.translate(_TO_INDONESIAN)


def count(value: int, language: str = "id") -> str:
    """`1.462`."""
    text = f"{value:,d}"
    return text if language == "en" else text.translate(_TO_INDONESIAN)


def plain(value: Decimal) -> str:
    """For machines: no exponent, a point, the digits as they are kept."""
    return f"{value:f}"
