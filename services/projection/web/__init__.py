"""The read interface over JSON, one module per part."""
