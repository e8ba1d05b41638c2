"""The only room that writes files: whole or not at all, only regular files, and through no link that leads out.

    write_whole   the file has the whole new content, or what it had before
    write_secretly  the same, and only the owner may read it
    create_whole  the same for a file that must not be there yet
    write_each    many files; names each one once it is written
    check_file    before long work: would a write be refused?
    destination   where a path leads; refused when a link leads out
    make_folder   a folder; the one called `.dlc-reconciler` is private
    make_private_folder  a folder that only its owner may enter
    empty_file    a private file without content, for a database to fill
    filled_file   the same, which takes its place once it is filled
    open_log      a file, FIFO or device to append lines to

Whoever can open a pull request can commit links. So a link in a path is followed only while it stays inside.
"""

from __future__ import annotations

from reconciler.files.folders import IGNORED, NOTHING_FOR_GIT, OWN_FOLDER, make_folder, make_private_folder
from reconciler.files.log import LineLog, open_log
from reconciler.files.places import check_file, destination
from reconciler.files.whole import (
    PRIVATE,
    SHARED,
    Content,
    create_whole,
    empty_file,
    filled_file,
    write_each,
    write_secretly,
    write_whole,
)

__all__ = [
    "IGNORED",
    "NOTHING_FOR_GIT",
    "OWN_FOLDER",
    "PRIVATE",
    "SHARED",
    "Content",
    "LineLog",
    "check_file",
    "create_whole",
    "destination",
    "empty_file",
    "filled_file",
    "make_folder",
    "make_private_folder",
    "open_log",
    "write_each",
    "write_secretly",
    "write_whole",
]
