"""What commands share when they talk to people and to other programs: streams, questions, progress, signals."""
