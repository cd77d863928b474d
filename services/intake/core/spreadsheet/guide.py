"""The sheet that says how a region's spreadsheet is filled, and where it comes from."""

from msgspec import Struct

from shared.kernel.tables import Column, Sheet

NAME = "Petunjuk"
# What is read again when the file comes back.
OF_REGION = "Kode daerah"
OF_YEAR = "Tahun penilaian"
OF_POSITION = "Posisi log"

TEXTS = (
    (
        "Isi lembar Inovasi, Indikator, dan Daerah. Lembar Petunjuk dan Daftar tidak dibaca "
        "kembali, kecuali kode daerah, tahun, dan posisi log di atas."
    ),
    (
        "Satu baris lembar Inovasi adalah satu inovasi. Inovasi baru memerlukan kode sendiri: "
        "huruf kecil, angka, dan tanda hubung. Baris yang dihapus tidak menarik inovasi."
    ),
    (
        "Satu baris lembar Indikator adalah satu indikator satu inovasi. Klaim tingkat memerlukan "
        "berkas: unggah dahulu, lalu tulis sidiknya (SHA-256). Berkas dengan nomor atau tanggal "
        "lain ditulis pada baris berikutnya dengan kode yang sama."
    ),
    "Tulis 0 sebagai tingkat, tanpa berkas, untuk menarik klaim.",
    (
        "Kolom keterangan (nama, arti tingkat, keadaan) tidak dibaca kembali. Rumus ditolak: "
        "tempelkan sebagai nilai."
    ),
    (
        "Periksa dahulu berkas ini tanpa mencatat apa pun (dry_run=true); setiap kesalahan "
        "disebut dengan lembar dan selnya."
    ),
    "Sel yang tidak Anda ubah tidak menimpa perubahan orang lain sejak berkas ini ditulis.",
)


class Origin(Struct, frozen=True, kw_only=True):
    """Whose season a file tells, under which rules, up to which fact of the log."""

    region: str
    called: str
    year: int
    rules: str
    rule_digest: str
    position: int
    agency: str


def sheet(origin: Origin) -> Sheet:
    """The whole sheet."""
    about = (
        (OF_REGION, origin.region),
        ("Nama daerah", origin.called),
        (OF_YEAR, str(origin.year)),
        ("Aturan", origin.rules),
        ("Sidik aturan (SHA-256)", origin.rule_digest),
        (OF_POSITION, str(origin.position)),
        *((("Perangkat daerah", origin.agency),) if origin.agency else ()),
    )
    steps = ((f"{place}.", text) for place, text in enumerate(TEXTS, start=1))
    return Sheet(
        name=NAME,
        columns=(Column(title=NAME, width=26), Column(title="Isi", width=110)),
        rows=(*about, *steps),
    )
