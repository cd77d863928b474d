"""Evidence files: opened, kept by fingerprint, uploaded in parts, linked, and read in ranges."""
