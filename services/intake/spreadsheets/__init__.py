"""Spreadsheets of a region's season, from file to commands and back."""
