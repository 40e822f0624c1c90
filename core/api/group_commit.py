"""What comes in while something is being stored is stored together by the next transaction.

A transaction costs a webhook more than its own two rows. In a quiet hour each has one of its own, without waiting; in
a rush they share, so that the carrier's rush ends in few commits instead of a queue.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
MOST_TOGETHER = 64


@dataclass
class _Line(Generic[ItemT, ResultT]):
    waiting: list[tuple[ItemT, asyncio.Future[ResultT]]] = field(default_factory=list)
    worker: asyncio.Task[None] | None = None


class GroupCommit(Generic[ItemT, ResultT]):
    """`store` commits all of what it is given or raises; it gives one result each, in order."""

    def __init__(self, store: Callable[[Sequence[ItemT]], Sequence[ResultT]]) -> None:
        self._store = store
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[ItemT, ResultT]] = WeakKeyDictionary()

    async def put(self, item: ItemT) -> ResultT:
        """Returns when it is committed; raises what storing it raised."""
        loop = asyncio.get_running_loop()
        line = self._lines.setdefault(loop, _Line())
        result: asyncio.Future[ResultT] = loop.create_future()
        line.waiting.append((item, result))
        if line.worker is None or line.worker.done():
            line.worker = asyncio.create_task(self._work_off(line))
        return await result

    async def _work_off(self, line: _Line[ItemT, ResultT]) -> None:
        while line.waiting:
            group, line.waiting = line.waiting[:MOST_TOGETHER], line.waiting[MOST_TOGETHER:]
            try:
                await self._keep(group)
            except Exception:
                # One of them may have spoilt it for all: each by itself, so that only that one is refused.
                for one in group:
                    await self._keep_alone(one)

    async def _keep(self, group: list[tuple[ItemT, asyncio.Future[ResultT]]]) -> None:
        results = await run_in_threadpool(self._store, [item for item, _ in group])
        for (_, waiter), result in zip(group, results, strict=True):
            if not waiter.done():
                waiter.set_result(result)

    async def _keep_alone(self, one: tuple[ItemT, asyncio.Future[ResultT]]) -> None:
        try:
            await self._keep([one])
        except Exception as error:
            if not one[1].done():
                one[1].set_exception(error)
