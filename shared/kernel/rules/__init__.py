"""The law as data: one file per assessment year, published once, never edited."""
