"""Three services, one folder each; none imports another, they meet only in `shared.kernel`."""
