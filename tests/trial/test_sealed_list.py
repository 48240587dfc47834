"""A sealed list: what is whole passes, what was altered is found with its place, and the seal tells nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from lutetia.errors import InputError
from lutetia.trial import all_opened, make_list, opened, seal, seal_from, verify_list, verify_records, verify_seal

MADE = make_list(
    arms=("Lu", "control"),
    ratio=(2, 1),
    factors={"grade": ("G2", "G3")},
    records_per_stratum=60,
    seed=2**100 + 17,
)
SEAL = seal(MADE)
G2, G3 = MADE.strata


def altered(stratum: int, number: int):
    """The list with one record turned."""
    codes = [part.copy() for part in MADE.codes]
    codes[stratum][number - 1] ^= 1
    return replace(MADE, codes=tuple(codes))


def test_a_whole_list_passes():
    assert verify_list(MADE, SEAL, root=SEAL.root) == ()
    assert verify_records(all_opened(MADE), SEAL, root=SEAL.root, complete=True) == ()
    assert SEAL.records(G2) == 60
    assert SEAL.value == SEAL.root
    assert len(bytes.fromhex(SEAL.root)) == 32


@pytest.mark.parametrize(("stratum", "number"), [(0, 1), (0, 60), (1, 17)])
def test_an_altered_record_is_named(stratum, number):
    (found,) = verify_list(altered(stratum, number), SEAL)
    assert (found.stratum, found.number) == (MADE.strata[stratum], number)
    assert f"record {number}" in str(found)


def test_a_swap_that_keeps_the_block_is_found_too():
    codes = [part.copy() for part in MADE.codes]
    first = codes[0][:6]
    i, j = int((first == 0).argmax()), int((first == 1).argmax())
    first[i], first[j] = 1, 0
    found = verify_list(replace(MADE, codes=tuple(codes)), SEAL)
    assert sorted(one.number for one in found) == sorted([i + 1, j + 1])


def test_rows_are_checked_without_the_seed():
    rows = all_opened(MADE)
    turned = {"Lu": "control", "control": "Lu"}
    rows[70] = replace(rows[70], arm=turned[rows[70].arm])  # record 11 of the second stratum
    (found,) = verify_records(rows, SEAL)
    assert (found.stratum, found.number) == (G3, 11)


def test_missing_doubled_and_invented_rows_are_named():
    rows = all_opened(MADE)
    gone = rows.pop(3)
    rows.append(rows[0])
    rows.append(replace(gone, number=61))
    rows.append(replace(gone, stratum="grade=G9"))
    rows.append(replace(gone, arm="other"))
    found = verify_records(rows, SEAL, complete=True)
    whys = [(one.stratum, one.number, one.why) for one in found]
    assert (G2, 1, "is there twice") in whys
    assert (G2, 61, "no such record was sealed") in whys
    assert ("grade=G9", 4, "its stratum is not in the seal") in whys
    assert (G2, 4, "its arm 'other' is not in the seal") in whys
    assert len(found) == 4
    (missing,) = verify_records(all_opened(MADE)[1:], SEAL, complete=True)
    assert (missing.number, missing.why) == (1, "is missing")
    assert verify_records(all_opened(MADE)[1:], SEAL) == ()  # records used so far
    assert verify_records([replace(gone, nonce="no hex")], SEAL)[0].number == 4


def test_one_used_record_is_proved_with_nothing_but_sha256():
    record = opened(MADE, G3, 7)
    links = [SEAL.links[G3][32 * i : 32 * i + 32] for i in range(61)]
    assert links[0] == sha256(f"{SEAL.header}\n{G3}".encode()).digest()
    arm = json.loads(SEAL.header)["arms"].index(record.arm)
    body = bytes.fromhex(record.nonce) + (7).to_bytes(4, "big") + bytes([arm])
    assert sha256(links[6] + body).digest() == links[7]
    other = bytes.fromhex(record.nonce) + (7).to_bytes(4, "big") + bytes([1 - arm])
    assert sha256(links[6] + other).digest() != links[7]


def test_the_seal_tells_neither_seed_nor_arms():
    """Without the nonce both arms are as likely: no arm fits a published link."""
    assert str(MADE.seed) not in SEAL.header
    link, following = SEAL.links[G2][:32], SEAL.links[G2][32:64]
    for arm in (0, 1):
        assert sha256(link + (1).to_bytes(4, "big") + bytes([arm])).digest() != following
    nonces = {row.nonce for row in all_opened(MADE)}
    assert len(nonces) == 120


def test_a_seal_made_anew_is_not_the_published_one():
    forged = altered(0, 5)
    new = seal(forged)
    assert verify_list(forged, new) == ()
    assert "not the published one" in str(verify_list(forged, new, root=SEAL.root)[0])


def test_a_seal_with_another_link_or_header_is_found():
    chain = bytearray(SEAL.links[G2])
    chain[40] ^= 1
    broken = replace(SEAL, links={**SEAL.links, G2: bytes(chain)})
    assert "not those of its root" in str(verify_seal(broken)[0])
    assert {one.number for one in verify_list(MADE, broken) if one.number} == {1, 2}
    other = replace(SEAL, header=SEAL.header.replace("control", "contrel"))
    assert len(verify_list(MADE, other)) >= 2
    with pytest.raises(InputError, match="header"):
        verify_records([], replace(SEAL, header="nothing"))


def test_lists_of_another_length_or_other_strata_are_found():
    longer = make_list(arms=MADE.arms, ratio=(2, 1), factors=dict(MADE.factors), records_per_stratum=66, seed=MADE.seed)
    assert any("60 records were sealed, 66 are there" in str(one) for one in verify_list(longer, SEAL))
    fewer = replace(MADE, strata=(G2,), codes=MADE.codes[:1], ends=MADE.ends[:1])
    assert any("not in the list" in str(one) for one in verify_list(fewer, SEAL))
    more = replace(SEAL, links={G2: SEAL.links[G2]})
    assert any("is not in the seal" in str(one) for one in verify_list(MADE, more))


def test_a_seal_written_and_read_again():
    again = seal_from(json.loads(json.dumps(SEAL.document())))
    assert again == SEAL
    assert verify_list(MADE, again, root=SEAL.root) == ()


def test_a_document_that_is_no_seal_tells_all_faults():
    with pytest.raises(InputError) as wrong:
        seal_from({"format": "x", "header": 3, "links": {G2: "no hex", G3: 5}})
    assert [fault.place for fault in wrong.value.faults] == [
        "format",
        "header",
        "root",
        f"links of {G2}",
        f"links of {G3}",
    ]
    with pytest.raises(InputError, match="links"):
        seal_from({**SEAL.document(), "links": "aa"})
