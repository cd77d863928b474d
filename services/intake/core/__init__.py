"""The decisions of intake, pure: kernel, msgspec and the standard library only."""
