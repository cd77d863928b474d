"""The arithmetic of scoring, pure: kernel, msgspec and the standard library only."""
