"""Becomes another program, first tying its life to its parent's and, for root, another user.

Run by path, never imported: `python -I -S enter.py IDENTITY DEATH_SIGNAL PARENT COMMAND…`.
A program of its own and not a `preexec_fn`, because Python code between fork and exec may lock
up when the parent has threads. It becomes COMMAND, so the process id stays the same.
"""

import ctypes
import os
import pwd
import sys

# PostgreSQL refuses to run as root; each way of not being root is an identity.
ITSELF = "itself"
NAMESPACE = "namespace"
NOBODY = "nobody"

# The number root is known by inside its namespace: any but zero will do.
NAMESPACE_USER = 1000

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs 15 ms here
        file.write(text)


def _enter_namespace() -> None:
    """Root under another number: files stay root's, nothing is created, 0700 folders stay open."""
    user, group = os.geteuid(), os.getegid()
    if _library().unshare(CLONE_NEWUSER) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NAMESPACE_USER} {user} 1")
    _write("/proc/self/gid_map", f"{NAMESPACE_USER} {group} 1")


def _become_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def _die_with_parent(death_signal: int, parent: int) -> None:
    """Linux only, and after the change of user, which would clear it."""
    if not sys.platform.startswith("linux"):
        return
    _library().prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("enter: the parent died first")


def main(identity: str, death_signal: str, parent: str, *command: str) -> None:
    if identity == NAMESPACE:
        _enter_namespace()
    elif identity == NOBODY:
        _become_nobody()
    _die_with_parent(int(death_signal), int(parent))
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(*sys.argv[1:])
