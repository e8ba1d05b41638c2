"""What commands share when they talk to a person and to other programs: streams, questions, progress, signals."""
