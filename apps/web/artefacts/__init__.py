"""Files of releases: checksums, formats, signatures, and whose signatures count."""
