"""The words, pure: msgspec and the standard library only; no clock, file, environment or log."""
