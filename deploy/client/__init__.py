"""The client for tenants: how a region's own program hands in evidence, claims and verdicts."""
