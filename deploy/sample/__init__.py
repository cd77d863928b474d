"""The sample province, handed in through the same HTTP interface as any tenant uses."""
