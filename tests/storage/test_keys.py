import base64
import os
from pathlib import Path

import pytest

from storage import Damaged, KeyRing, NotReady, Tenant
from storage.keys import Cipher

TENANT = Tenant("", "T1")


@pytest.fixture
def cipher(keys: KeyRing) -> Cipher:
    return keys.cipher(TENANT, keys.new_data_key(TENANT))


def test_what_is_sealed_opens_in_its_place(cipher: Cipher) -> None:
    sealed = cipher.seal("Märta ✓", "checks", "dialogue", "1")
    assert cipher.open(sealed, "checks", "dialogue", "1") == "Märta ✓"
    assert cipher.seal("Märta ✓", "checks", "dialogue", "1") != sealed


def test_every_flipped_bit_is_refused(cipher: Cipher) -> None:
    sealed = cipher.seal("I do not believe it", "checks", "dialogue", "1")
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            cipher.open(bytes(flipped), "checks", "dialogue", "1")


@pytest.mark.parametrize("cut", [0, 5, 12, 27])
def test_a_cut_text_is_refused(cipher: Cipher, cut: int) -> None:
    with pytest.raises(Damaged):
        cipher.open(cipher.seal("long enough", "t", "c", "1")[:cut], "t", "c", "1")


@pytest.mark.parametrize(
    "place", [("checks", "dialogue", "2"), ("checks", "plan", "1"), ("buyers", "dialogue", "1")]
)
def test_a_moved_text_is_refused(cipher: Cipher, place: tuple[str, str, str]) -> None:
    with pytest.raises(Damaged) as refused:
        cipher.open(cipher.seal("quiet words", "checks", "dialogue", "1"), *place)
    assert "quiet" not in str(refused.value)


def test_a_text_or_a_key_of_another_tenant_is_refused(keys: KeyRing, cipher: Cipher) -> None:
    other = Tenant("", "T2")
    theirs = keys.cipher(other, keys.new_data_key(other))
    with pytest.raises(Damaged):
        theirs.open(cipher.seal("words", "t", "c", "1"), "t", "c", "1")
    with pytest.raises(Damaged):
        keys.cipher(other, keys.new_data_key(TENANT))


def test_an_older_master_key_still_opens_and_the_first_one_wraps() -> None:
    old, new = os.urandom(32), os.urandom(32)
    wrapped = KeyRing({"old": old}).new_data_key(TENANT)
    ring = KeyRing({"new": new, "old": old})
    ring.cipher(TENANT, wrapped)
    assert ring.new_data_key(TENANT).master_id == "new"
    with pytest.raises(NotReady, match="'old'"):
        KeyRing({"new": new}).cipher(TENANT, wrapped)


def test_keys_are_read_from_text() -> None:
    one, two = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    ring = KeyRing.from_text(f"a:{one}, b:{two}\n")
    for name, key in (("a", one), ("b", two)):
        wrapped = KeyRing.from_text(f"{name}:{key}").new_data_key(TENANT)
        ring.cipher(TENANT, wrapped)
    assert ring.new_data_key(TENANT).master_id == "a"


@pytest.mark.parametrize("text", ["", "a", "a:c2hvcnQ=", "a:c2Vj!ret", ":" + "A" * 43 + "="])
def test_bad_keys_are_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="master keys are written") as refused:
        KeyRing.from_text(text)
    assert "c2" not in str(refused.value)


def test_the_key_file_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "differ.key"
    ring, made = KeyRing.read_or_make_file(path)
    again, remade = KeyRing.read_or_make_file(path)
    assert (made, remade) == (True, False)
    assert path.stat().st_mode & 0o777 == 0o600
    again.cipher(TENANT, ring.new_data_key(TENANT))
