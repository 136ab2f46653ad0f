"""Checksums and signatures of files: reading, comparing, verifying. Pure: no database, and never a network."""
