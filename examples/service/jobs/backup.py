"""The rotating backup: an archive of the sources, read back before it counts, of which the newest are kept."""

from __future__ import annotations

import os
import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from tickwright import current_run

from ..sources import source_files
from ..wording import number, size

KEPT = 5


class DamagedBackupError(Exception):
    """An archive does not hold what was put into it."""


def back_up(root: Path, data: Path) -> str:
    """Write an archive, read it back, and delete those before the newest 5.

    It is named after its fire time: a run that is lost and run again replaces what the first attempt left.
    """
    folder = data / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"sources-{current_run().fire_time:%Y%m%d-%H%M%S}.tar.gz"
    draft = target.with_suffix(".draft")
    written = _write(draft, root, source_files(root, data))
    if _read_back(draft) != written:
        raise DamagedBackupError(f"{draft.name} does not read back as it was written; the older backups are kept")
    os.replace(draft, target)
    for old in backups(data)[KEPT:]:
        old.unlink()
    return f"{number(len(written), 'file')} in {size(target.stat().st_size)}, read back"


def backups(data: Path) -> list[Path]:
    """Return the archives that count, newest first."""
    return sorted((data / "backups").glob("sources-*.tar.gz"), reverse=True)


def _write(archive: Path, root: Path, files: list[Path]) -> dict[str, str]:
    """Write an archive of the files, and return the checksum of what was put into it under each name."""
    sums = {}
    with tarfile.open(archive, "w:gz") as tar:
        for file in files:
            content = file.read_bytes()
            member = tarfile.TarInfo(file.relative_to(root).as_posix())
            member.size, member.mtime = len(content), int(file.stat().st_mtime)
            tar.addfile(member, BytesIO(content))
            sums[member.name] = sha256(content).hexdigest()
    return sums


def _read_back(archive: Path) -> dict[str, str]:
    sums = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is not None:
                sums[member.name] = sha256(content.read()).hexdigest()
    return sums
