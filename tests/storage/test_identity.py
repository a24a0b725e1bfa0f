import pytest

from storage import Tenant, new_id


def test_ids_are_hexadecimal_and_sort_by_the_time_they_were_made() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert ids == sorted(set(ids))
    assert all(len(i) == 32 and int(i, 16) for i in ids)


@pytest.mark.parametrize("ids", [("E1", "T1"), ("E1", ""), ("", "T1")])
def test_a_tenant_is_read_back_from_its_key(ids: tuple[str, str]) -> None:
    assert Tenant.from_key(Tenant(*ids).key) == Tenant(*ids)


@pytest.mark.parametrize("ids", [("", ""), ("E/", "T"), ("E", "T|")])
def test_ids_that_could_be_mistaken_for_others_make_no_tenant(ids: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="tenant"):
        Tenant(*ids)
