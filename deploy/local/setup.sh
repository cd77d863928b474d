#!/bin/sh
# Makes .venv from a lock file of hashes, once: `setup.sh run` for running, `setup.sh test` for that
# and testing. Installs with pip, because pip alone follows the package index that the machine is
# configured for. A stamp remembers the lock and the Python, so the next call is instant.
set -eu
cd "$(dirname "$0")/../.."

case "${1:-run}" in
    run) lock=deploy/requirements.lock ;;
    test) lock=deploy/requirements-test.lock ;;
    *) echo "setup.sh run | test" >&2; exit 2 ;;
esac
venv=.venv/bin/python
stamp=.venv/installed-${1:-run}

refuse() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The first Python that is new enough; PYTHON names another.
find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

fingerprint() {
    "$venv" -c 'import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes() + sys.version.encode()).hexdigest())' "$lock"
}

make_venv() {
    python=$(find_python)
    [ -n "$python" ] || refuse \
        "Perlu Python 3.11 atau lebih baru; ${PYTHON:-python3} di sini: $(${PYTHON:-python3} --version 2>&1 || true)." \
        "Python 3.11 or newer is needed. PYTHON=/path/to/python3 make setup chooses another."
    "$python" -c 'import ensurepip, venv' 2>/dev/null || refuse \
        "Modul venv atau ensurepip tidak ada. Di Debian/Ubuntu: apt-get install python3-venv" \
        "The Python modules venv and ensurepip are missing; see the command above."
    echo "Menyiapkan lingkungan Python di .venv …"
    "$python" -m venv --clear .venv
}

install() {
    "$venv" -m pip --version >/dev/null 2>&1 || make_venv
    echo "Memasang paket dari $lock …"
    rm -f "$stamp"
    PIP_USER=0 "$venv" -m pip install -qq --no-input --disable-pip-version-check \
        --require-hashes -r "$lock" || refuse \
        "Pemasangan paket gagal; lihat pesan pip di atas." \
        "Installing the packages failed; see what pip said above."
    fingerprint > "$stamp"
}

fingerprint >/dev/null 2>&1 || make_venv
[ "$(cat "$stamp" 2>/dev/null || true)" = "$(fingerprint)" ] || install
