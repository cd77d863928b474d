"""Signed notes: published ones are read, ours are read by others, malformed ones are refused."""

import base64
from collections.abc import Callable

import pytest

from shared.io import problems
from shared.io.signing import Signer, Verifier, new_seed
from shared.kernel import notes
from shared.kernel.errors import Refused
from shared.kernel.notes import Note, TreeHead
from tests import note_verifier
from tests.note_verifier import Distrusted

# Keys and a note as the Go project publishes them.
GO_SUM_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n"
)
# The example head of c2sp.org/tlog-checkpoint.
PUBLISHED_HEAD = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
)

SEED = base64.b64encode(bytes(range(32))).decode()
OTHER_SEED = base64.b64encode(bytes(range(1, 33))).decode()
LOG = Signer("jejak.example.id/log", SEED)
WITNESS = Signer("saksi.example.id/1", OTHER_SEED, notes.COSIGNATURE)
HEAD = TreeHead(origin="jejak.example.id/log/63.10", size=7, root=bytes(range(32)))
SECONDS = 1_790_000_000


def verifier(signer: Signer) -> Verifier:
    return Verifier(signer.key.text)


def signed(text: str = HEAD.text) -> Note:
    both = (notes.signed(text, LOG), notes.cosigned(text, WITNESS, SECONDS))
    return Note(text=text, signatures=both)


WRITTEN = signed().written.decode()
LOG_LINE, WITNESS_LINE = WRITTEN.splitlines(keepends=True)[-2:]


def refused(what: Callable[[], object]) -> str:
    with pytest.raises(Refused) as told:
        what()
    sentence = problems.sentence(told.value.reason, "en", told.value.facts)
    assert "…" not in sentence
    return told.value.reason


def test_published_keys_and_notes_are_read() -> None:
    assert notes.key_of(GO_SUM_KEY).text == GO_SUM_KEY
    note = notes.parse(PUBLISHED_NOTE.encode())
    (good,) = notes.must_be_signed(note, [Verifier(PUBLISHED_KEY)])
    assert (good.key.name, good.seconds) == ("PeterNeumann", None)
    assert note.written.decode() == PUBLISHED_NOTE
    assert note_verifier.trusted(PUBLISHED_NOTE.encode(), PUBLISHED_KEY)


def test_a_published_head_is_read_and_written_the_same() -> None:
    head = notes.head_of(Note(text=PUBLISHED_HEAD, signatures=())).head
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text == PUBLISHED_HEAD


def test_ours_are_read_by_ourselves() -> None:
    note = notes.parse(WRITTEN.encode())
    assert note == signed()
    assert notes.head_of(note).head == HEAD
    good = notes.must_be_signed(note, [verifier(LOG), verifier(WITNESS)])
    assert [(each.key.name, each.seconds) for each in good] == [
        ("jejak.example.id/log", None),
        ("saksi.example.id/1", SECONDS),
    ]


@pytest.mark.parametrize("signer", [LOG, WITNESS], ids=["log", "witness"])
def test_ours_are_read_by_a_verifier_of_other_making(signer: Signer) -> None:
    lines, seconds = note_verifier.trusted(WRITTEN.encode(), signer.key.text)
    assert lines[:2] == [b"jejak.example.id/log/63.10", b"7"]
    assert base64.b64decode(lines[2]) == HEAD.root
    assert seconds == (SECONDS if signer is WITNESS else None)


@pytest.mark.parametrize("signer", [LOG, WITNESS], ids=["log", "witness"])
def test_a_changed_text_is_believed_by_nobody(signer: Signer) -> None:
    for place in range(len(HEAD.text) - 1):
        changed = bytearray(WRITTEN.encode())
        changed[place] ^= 1
        with pytest.raises(Distrusted):
            note_verifier.trusted(bytes(changed), signer.key.text)
        with pytest.raises(Refused):
            notes.must_be_signed(notes.parse(bytes(changed)), [verifier(signer)])


def test_the_time_of_a_cosignature_is_under_it() -> None:
    good = notes.cosigned(HEAD.text, WITNESS, SECONDS)
    later = notes.Signature(
        name=good.name,
        key_id=good.key_id,
        content=(SECONDS + 1).to_bytes(8, "big") + good.content[8:],
    )
    forged = Note(text=HEAD.text, signatures=(later,))
    reason = refused(lambda: notes.must_be_signed(forged, [verifier(WITNESS)]))
    assert reason == "note.signature_false"
    with pytest.raises(Distrusted):
        note_verifier.trusted(forged.written, WITNESS.key.text)


def test_a_signature_of_a_head_is_no_cosignature_and_the_other_way_round() -> None:
    both = Signer(LOG.key.name, SEED, notes.COSIGNATURE)
    plain = notes.signed(HEAD.text, LOG).content
    stamped = notes.cosigned(HEAD.text, both, SECONDS).content
    for signer, content in ((both, SECONDS.to_bytes(8, "big") + plain), (LOG, stamped[8:])):
        line = notes.Signature(name=signer.key.name, key_id=signer.key.id, content=content)
        note = Note(text=HEAD.text, signatures=(line,))
        assert (
            refused(lambda n=note, s=signer: notes.must_be_signed(n, [verifier(s)]))  # type: ignore[misc]
            == "note.signature_false"
        )
    with pytest.raises(ValueError, match="other signatures"):
        notes.signed(HEAD.text, WITNESS)
    with pytest.raises(ValueError, match="other signatures"):
        notes.cosigned(HEAD.text, LOG, SECONDS)


def test_unknown_keys_are_passed_over_and_known_ones_must_be_right() -> None:
    stranger = Signer(LOG.key.name, new_seed())
    bystander = notes.signed(HEAD.text, stranger)
    false = notes.Signature(name=LOG.key.name, key_id=LOG.key.id, content=bystander.content)
    good = notes.signed(HEAD.text, LOG)

    def check(*lines: notes.Signature) -> object:
        return notes.must_be_signed(Note(text=HEAD.text, signatures=lines), [verifier(LOG)])

    assert check(bystander, good)
    assert refused(lambda: check(bystander)) == "note.signer_unknown"
    assert refused(lambda: check(good, false)) == "note.signature_false"
    assert refused(lambda: notes.must_be_signed(signed(), [])) == "note.signer_unknown"


@pytest.mark.parametrize("content", [b"x", b"x" * 63, b"x" * 65, b"x" * 72])
def test_a_signature_of_another_length_is_false(content: bytes) -> None:
    for signer in (LOG, WITNESS):
        line = notes.Signature(name=signer.key.name, key_id=signer.key.id, content=content)
        note = Note(text=HEAD.text, signatures=(line,))
        assert (
            refused(lambda n=note, s=signer: notes.must_be_signed(n, [verifier(s)]))  # type: ignore[misc]
            == "note.signature_false"
        )


def test_a_time_beyond_what_others_can_hold_is_not_signed_nor_believed() -> None:
    with pytest.raises(ValueError, match="no time"):
        notes.cosigned(HEAD.text, WITNESS, 2**63)
    text = f"cosignature/v1\ntime {2**63}\n{HEAD.text}"
    content = (2**63).to_bytes(8, "big") + WITNESS.sign(text.encode())
    line = notes.Signature(name=WITNESS.key.name, key_id=WITNESS.key.id, content=content)
    note = Note(text=HEAD.text, signatures=(line,))
    assert (
        refused(lambda: notes.must_be_signed(note, [verifier(WITNESS)])) == "note.signature_false"
    )


def test_sixteen_signatures_and_more_are_taken_but_not_without_end() -> None:
    line = notes.signed(HEAD.text, LOG)
    many = Note(text=HEAD.text, signatures=(line,) * notes.SIGNATURES_MAX)
    assert notes.parse(many.written) == many
    more = Note(text=HEAD.text, signatures=(*many.signatures, line))
    assert refused(lambda: notes.parse(more.written)) == "note.too_many_signatures"


def test_empty_lines_may_stand_in_a_text() -> None:
    note = signed("satu\n\n\ndua\n")
    assert notes.parse(note.written) == note


SIGNED = "\n" + LOG_LINE
MALFORMED = {
    "nothing": ("", "note.unsigned"),
    "a text alone": (HEAD.text, "note.unsigned"),
    "no signature below the line": (HEAD.text + "\n", "note.unsigned"),
    "no empty line": (HEAD.text + LOG_LINE, "note.unsigned"),
    "no newline at the end": (WRITTEN[:-1], "note.unsigned"),
    "carriage returns": (WRITTEN.replace("\n", "\r\n"), "note.control_character"),
    "a tab": (WRITTEN.replace("7", "7\t", 1), "note.control_character"),
    "a zero byte": ("\0" + WRITTEN, "note.control_character"),
    "half a character": (b"\xe2\x80" + WRITTEN.encode(), "note.not_text"),
    "too much": ("x" * notes.NOTE_BYTES_MAX + WRITTEN, "note.too_large"),
    "a hyphen for the dash": (WRITTEN.replace("— ", "- "), "note.signature_malformed"),
    "no space behind the dash": (WRITTEN.replace("— ", "—"), "note.signature_malformed"),
    "two spaces": (WRITTEN.replace("— ", "—  "), "note.signature_malformed"),
    "something behind": (WRITTEN[:-1] + " x\n", "note.signature_malformed"),
    "no name": (HEAD.text + "\n— " + LOG_LINE.split()[2] + "\n", "note.signature_malformed"),
    "no signature": (HEAD.text + "\n— nama \n", "note.signature_malformed"),
    "a key id alone": (HEAD.text + "\n— nama AAAAAA==\n", "note.signature_malformed"),
    "loose base64": (HEAD.text + "\n— nama AAAAAAB=\n", "note.signature_malformed"),
    "base64 for addresses": (HEAD.text + "\n— nama AAAAAA-_\n", "note.signature_malformed"),
    "no padding": (HEAD.text + "\n— nama AAAAAAA\n", "note.signature_malformed"),
    "a plus in a name": (WRITTEN.replace("— saksi", "— sak+si"), "note.name_malformed"),
    "a wide space in a name": (WRITTEN.replace("— saksi", "— sak\u3000si"), "note.name_malformed"),
}


@pytest.mark.parametrize(("raw", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_note_is_refused(raw: str | bytes, reason: str) -> None:
    given = raw.encode() if isinstance(raw, str) else raw
    assert refused(lambda: notes.parse(given)) == reason


ORIGIN, _, ROOT = HEAD.text.splitlines()
HEADS = {
    "two lines": (f"{ORIGIN}\n7\n", "note.head_malformed"),
    "an empty origin": (f"\n7\n{ROOT}\n", "note.name_malformed"),
    "an empty extension": (f"{ORIGIN}\n7\n{ROOT}\n\nx\n", "note.head_malformed"),
    "an empty line at the end": (f"{ORIGIN}\n7\n{ROOT}\n\n", "note.head_malformed"),
    "a space in the origin": (f"jejak x\n7\n{ROOT}\n", "note.name_malformed"),
    "a plus in the origin": (f"jejak+x\n7\n{ROOT}\n", "note.name_malformed"),
    "a fixed space in the origin": (f"jejak\xa0x\n7\n{ROOT}\n", "note.name_malformed"),
    "leading zero": (f"{ORIGIN}\n07\n{ROOT}\n", "note.size_malformed"),
    "two zeros": (f"{ORIGIN}\n00\n{ROOT}\n", "note.size_malformed"),
    "a sign": (f"{ORIGIN}\n+7\n{ROOT}\n", "note.size_malformed"),
    "less than nothing": (f"{ORIGIN}\n-7\n{ROOT}\n", "note.size_malformed"),
    "a space behind": (f"{ORIGIN}\n7 \n{ROOT}\n", "note.size_malformed"),
    "an underscore": (f"{ORIGIN}\n1_0\n{ROOT}\n", "note.size_malformed"),
    "hexadecimal": (f"{ORIGIN}\n0x7\n{ROOT}\n", "note.size_malformed"),
    "digits of another script": (f"{ORIGIN}\n٧\n{ROOT}\n", "note.size_malformed"),
    "more than 63 bits": (f"{ORIGIN}\n{2**63}\n{ROOT}\n", "note.size_malformed"),
    "a shorter root": (f"{ORIGIN}\n7\nAAAA\n", "note.root_malformed"),
    "a root in hexadecimal": (f"{ORIGIN}\n7\n{HEAD.root.hex()}\n", "note.root_malformed"),
    "loose bits in the root": (f"{ORIGIN}\n7\n{ROOT[:-2]}9=\n", "note.root_malformed"),
}


@pytest.mark.parametrize(("text", "reason"), HEADS.values(), ids=HEADS)
def test_a_malformed_head_is_refused_however_well_it_is_signed(text: str, reason: str) -> None:
    note = signed(text)
    assert refused(lambda: notes.head_of(notes.parse(note.written))) == reason


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_sizes_and_extensions_come_back_as_they_were(size: int) -> None:
    head = TreeHead(origin="jejak", size=size, root=HEAD.root, extensions=("a b", "+"))
    assert notes.head_of(notes.parse(signed(head.text).written)).head == head


NAME, KEY_ID, ENCODED = LOG.key.text.split("+", 2)
KEYS = {
    "empty": ("", "note.key_malformed"),
    "no key": (f"{NAME}+{KEY_ID}", "note.key_malformed"),
    "no name": (f"+{KEY_ID}+{ENCODED}", "note.name_malformed"),
    "a space in the name": (f"jejak x+{KEY_ID}+{ENCODED}", "note.name_malformed"),
    "a control character": (f"jejak\x01+{KEY_ID}+{ENCODED}", "note.name_malformed"),
    "an id in capitals": (f"{NAME}+{KEY_ID.upper()}+{ENCODED}", "note.key_malformed"),
    "a short id": (f"{NAME}+{KEY_ID[1:]}+{ENCODED}", "note.key_malformed"),
    "another's id": (f"{NAME}+00000000+{ENCODED}", "note.key_id_differs"),
    "another name": (f"x{NAME}+{KEY_ID}+{ENCODED}", "note.key_id_differs"),
    "a short key": (f"{NAME}+{KEY_ID}+{ENCODED[:-4]}", "note.key_malformed"),
    "a newline behind": (f"{LOG.key.text}\n", "note.key_malformed"),
    "another algorithm": (
        f"{NAME}+{KEY_ID}+{base64.b64encode(bytes([2]) + LOG.key.public).decode()}",
        "note.algorithm_unknown",
    ),
}


@pytest.mark.parametrize(("text", "reason"), KEYS.values(), ids=KEYS)
def test_a_malformed_key_is_refused(text: str, reason: str) -> None:
    assert refused(lambda: notes.key_of(text)) == reason


@pytest.mark.parametrize("seed", ["", "x", SEED[:-4], SEED + "AAAA", f" {SEED}"])
def test_a_signer_needs_a_whole_seed(seed: str) -> None:
    assert refused(lambda: Signer("nama", seed)) == "config.unusable"


def test_two_new_keys_differ() -> None:
    assert new_seed() != new_seed()
