"""Values in, strings out. Nothing here reads, writes or decides."""
