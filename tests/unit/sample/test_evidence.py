"""The sample's files: valid PDF, a dozen per region, and a kind for every row."""

import re

from deploy.sample import evidence
from deploy.sample.traits import ALL, RULES_OPEN
from shared.io import rulebook


def test_a_region_has_a_dozen_files_that_no_other_region_has() -> None:
    files = {traits.region: evidence.documents(traits.region) for traits in ALL}
    assert all(len(own) == 12 for own in files.values())
    fingerprints = [file.sha256 for own in files.values() for file in own.values()]
    assert len(set(fingerprints)) == len(fingerprints)
    assert evidence.documents("63.10") == files["63.10"]


def test_every_row_is_proven_by_a_file_the_region_has() -> None:
    rows = rulebook.rule_sets()[RULES_OPEN].rows
    assert {evidence.kind_of(row.code) for row in rows} <= set(evidence.documents("63.10"))
    named = {row for rows_named in evidence.KINDS.values() for row in rows_named}
    assert named <= {row.code for row in rows}


def test_a_file_is_a_pdf_whose_table_points_at_its_objects() -> None:
    content = evidence.pdf("Satu", "Dua")
    assert content.startswith(b"%PDF-1.4\n")
    assert content.endswith(b"%%EOF\n")
    table = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    assert content[table:].startswith(b"xref\n0 6\n")
    places = re.findall(rb"(\d{10}) 00000 n ", content[table:])
    assert len(places) == 5
    for number, place in enumerate(map(int, places), start=1):
        assert content[place:].startswith(b"%d 0 obj\n" % number)


def test_a_stream_is_as_long_as_it_says_and_says_that_it_is_sample() -> None:
    content = evidence.documents("63.10")["Perjanjian kerja sama"].content
    said = re.search(rb"/Length (\d+) >>\nstream\n(.*)\nendstream", content, re.DOTALL)
    assert said is not None
    assert len(said[2]) == int(said[1])
    assert b"DATA CONTOH" in said[2]
