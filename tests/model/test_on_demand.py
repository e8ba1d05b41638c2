"""Values are made when they are asked for, each once, and whoever only needs the keys makes none."""

from __future__ import annotations

import pytest

from reconciler.model.on_demand import OnDemand


@pytest.fixture
def made() -> list[str]:
    """The keys whose values were made."""
    return []


@pytest.fixture
def lengths(made: list[str]) -> OnDemand[str, int]:
    """The length of each text; that of one of them is known."""

    def make(text: str) -> int:
        made.append(text)
        return len(text)

    return OnDemand(("bb", "a", "cccc"), make, {"a": 1})


def test_a_value_is_made_when_it_is_asked_for_and_then_kept(lengths: OnDemand[str, int], made: list[str]) -> None:
    assert made == []
    assert [lengths["cccc"], lengths["cccc"], lengths["a"]] == [4, 4, 1]
    assert made == ["cccc"]
    assert lengths.get("no such text") is None
    with pytest.raises(KeyError):
        _ = lengths["no such text"]
    assert made == ["cccc"]


def test_keys_need_no_values_and_stand_in_their_order(lengths: OnDemand[str, int], made: list[str]) -> None:
    assert list(lengths) == list(lengths.keys()) == ["bb", "a", "cccc"]
    assert (len(lengths), "a" in lengths, "no" in lengths) == (3, True, False)
    assert lengths.keys() & {"a", "x"} == {"a"}
    assert repr(lengths) == "OnDemand(['bb', 'a', 'cccc'])"
    assert made == []


def test_all_of_them_are_a_mapping_like_any_other(lengths: OnDemand[str, int], made: list[str]) -> None:
    assert list(lengths.items()) == [("bb", 2), ("a", 1), ("cccc", 4)]
    assert list(lengths.values()) == [2, 1, 4]
    assert {**lengths} == lengths == {"cccc": 4, "bb": 2, "a": 1}
    assert lengths != {"bb": 2}
    assert made == ["bb", "cccc"]
