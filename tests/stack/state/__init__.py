"""State of a test stack: what `seed` puts in and what `fingerprint` prints. No code of hosskeep."""
