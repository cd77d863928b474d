"""Places, movements and their words, pure: kernel, msgspec and the standard library only."""
