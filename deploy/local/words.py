"""What the person at the terminal reads, in Indonesian and short."""

from contextlib import suppress

from deploy.local.log import Log
from deploy.local.part import Part
from shared.kernel.errors import Failure

NAME_WIDTH = 11

SENTENCES = {
    "address_unusable": "{part}: alamat {host}:{port} tidak dapat dipakai di komputer ini.",
    "already_running": "Sudah berjalan (pid {pid}) di {address}. Hentikan dengan: make down",
    "data_in_use": "postgres: folder data {data} masih dipakai proses {pids}.",
    "folder_not_ours": "postgres: folder {folder} sudah ada dan bukan milik root; hapus dulu.",
    "namespace_refused": "postgres: data {data} dibuat di dalam user namespace, "
    "yang kini ditolak oleh kernel. Jalankan sebagai pengguna biasa atau izinkan kembali.",
    "not_stopped": "Proses {pid} belum berhenti setelah {seconds:.0f} detik.",
    "not_yours": "Proses {pid} milik pengguna lain; hentikan sebagai pengguna itu.",
    "package_missing": "Paket {package} tidak terpasang untuk komputer ini. Jalankan: make setup",
    "part_ended": "{part} berhenti sendiri (kode {code}).",
    "part_not_ready": "{part} tidak siap dalam {seconds:.0f} detik.",
    "port_busy": "{part}: port {port} di {host} sedang dipakai program lain. "
    "Hentikan program itu, atau pilih port lain (variabel {part_upper}_PORT).",
    "port_unreadable": "{name}={value} bukan nomor port (0 sampai 65535).",
    "restarts_spent": "{part} terus berhenti; sudah dicoba {restarts} kali.",
}

STOPPED = "Semua sudah berhenti."
NOTHING_RUNS = "Tidak ada yang berjalan."
STOPPING = "Menghentikan semua bagian …"
RUNNING = "Berjalan. Hentikan dengan Ctrl-C, atau dari terminal lain: make down"


def sentence(failure: Failure) -> str:
    """The sentence of a reason; a reason without one is told as the machine says it."""
    if failure.reason not in SENTENCES:
        return str(failure)
    part = str(failure.facts.get("part", ""))
    return SENTENCES[failure.reason].format(**failure.facts, part_upper=part.upper())


def say(text: str) -> None:
    """A terminal that is gone must not keep the parts from being stopped."""
    with suppress(OSError):
        print(text, flush=True)


def ready(part: Part, seconds: float) -> str:
    state = "selesai" if part.is_job else "siap"
    address = f"{part.host}:{part.port}" if part.port else ""
    told = f"  {part.name:<{NAME_WIDTH}} {state:<7} {_decimal(seconds):>5} detik  {address}"
    return told.rstrip()


def fallen(name: str, code: int, pause: float) -> str:
    told = f"berhenti sendiri (kode {code}); mulai lagi dalam {_decimal(pause)} detik"
    return f"  {name:<{NAME_WIDTH}} {told}"


def last_lines(name: str, log: Log) -> str:
    lines = log.tail()
    return f"Baris terakhir {name}:\n{lines}\n({log.path})" if lines else f"Catatan: {log.path}"


def _decimal(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
