"""The kernels of a dashboard's visitors, as Voila starts and ends them."""

from __future__ import annotations

import asyncio

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

__all__ = ["VisitorKernels"]


class VisitorKernels(AsyncMappingKernelManager):
    """Ends a kernel that no page is connected to, but not one whose page is just about to connect.

    A kernel of Voila's pool has been idle for long when a visitor gets it. The page connects a second or two later,
    and a look in between would take it for one that was left.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._seen: set[str] = set()

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel if it was idle for long; Voila asks only for those that are no longer in its pool."""
        if kernel_id in self._seen:
            await super().cull_kernel_if_idle(kernel_id)  # type: ignore[no-untyped-call]
        self._seen = {kernel_id, *self._seen} & set(self.list_kernel_ids())

    async def shutdown_all(self, now: bool = False) -> None:  # type: ignore[override] # the base's is made otherwise
        """End all kernels, and those that are just being started once they can be ended."""
        await asyncio.gather(*self._pending_kernels.values(), return_exceptions=True)
        await super().shutdown_all(now)
