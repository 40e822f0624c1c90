"""What comes in at once is stored together, and each is answered for itself."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from core.api.group_commit import GroupCommit


class Store:
    """Refuses "bad", and with it all that was to be kept together with it."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.may_go = threading.Event()

    def __call__(self, items: Sequence[str]) -> list[str]:
        self.may_go.wait(10)
        if "bad" in items:
            raise ValueError("bad")
        self.groups.append(list(items))
        return [item.upper() for item in items]


def test_what_comes_while_one_is_stored_shares_the_next_commit() -> None:
    store = Store()

    async def rush() -> list[str]:
        line = GroupCommit(store)
        first = asyncio.create_task(line.put("a"))
        await asyncio.sleep(0.05)  # its commit is under way
        others = [asyncio.create_task(line.put(name)) for name in ("b", "c", "d")]
        await asyncio.sleep(0)
        store.may_go.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(rush()) == ["A", "B", "C", "D"]
    assert store.groups == [["a"], ["b", "c", "d"]]


def test_one_that_cannot_be_stored_is_refused_alone() -> None:
    store = Store()
    store.may_go.set()

    async def rush() -> list[str | BaseException]:
        line = GroupCommit(store)
        return await asyncio.gather(*(line.put(name) for name in ("a", "bad", "b")), return_exceptions=True)

    kept, refused, also_kept = asyncio.run(rush())

    assert (kept, also_kept) == ("A", "B")
    assert isinstance(refused, ValueError)
    assert sorted(name for group in store.groups for name in group) == ["a", "b"]


def test_who_hangs_up_keeps_nobody_from_being_stored() -> None:
    store = Store()

    async def rush() -> str:
        line = GroupCommit(store)
        gone = asyncio.create_task(line.put("a"))
        await asyncio.sleep(0.05)
        stays = asyncio.create_task(line.put("b"))
        await asyncio.sleep(0)
        gone.cancel()
        store.may_go.set()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(rush()) == "B"
    assert store.groups == [["a"], ["b"]]
