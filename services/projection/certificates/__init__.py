"""Season certificates: one signed file of a province's season, and its annex on paper."""
