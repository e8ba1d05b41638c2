"""The lock around apply, on a disk and on OSS."""
