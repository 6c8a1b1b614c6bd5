"""Takes turns off the web server's event loop, on threads enough for patients who wait for each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="turn")


async def off_the_loop(function: Callable[..., Result], *arguments: object) -> Result:
    """Run the blocking function on a thread and return what it returns."""
    return await asyncio.get_running_loop().run_in_executor(_threads, function, *arguments)
