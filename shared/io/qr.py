"""The door to segno: QR codes as drawings that stand in a page."""

import segno

# A module is so many units wide; the quiet zone around it so many modules.
SCALE = 4
BORDER = 4


def svg(text: str) -> str:
    """Dark on light in either colour scheme, or no camera reads it."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=SCALE, border=BORDER, dark="#000", light="#fff", omitsize=True
    )
    return drawn
