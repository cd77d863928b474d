"""The kinds of evidence by media type, and how the names of such files end."""

from collections.abc import Mapping

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MP4 = "video/mp4"
# What stands for a video that is shown elsewhere: its address and the day it was looked at.
LINK = "application/vnd.jejak.link+json"

ENDINGS: Mapping[str, tuple[str, ...]] = {
    PDF: ("pdf",),
    JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    PNG: ("png",),
    CSV: ("csv",),
    XLSX: ("xlsx",),
    MP4: ("mp4", "m4v"),
}
# What is uploaded as a file.
FILES = tuple(ENDINGS)
