"""Audit bundles: what anybody needs to check every number without us."""
