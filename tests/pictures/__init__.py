"""The pictures of the README, made from the emulator and drawn by Chromium: `python -m tests.pictures`."""
