"""The doors: one file per outside library, whose exceptions stop there."""
