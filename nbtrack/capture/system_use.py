"""What is used of the machine: processors, memory, disk, network and GPUs, under MLflow's names."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SystemUse"]

_MEGABYTE = 1e6


class SystemUse:
    """Measures the use of the machine from one look to the next.

    What is counted since the machine was started, such as the network's bytes, is told from the first look on.

    Examples
    --------
    >>> use = SystemUse()
    >>> sorted(use.look())[:2]
    ['cpu_utilization_percentage', 'disk_available_megabytes']
    """

    def __init__(self) -> None:
        import psutil

        self._psutil: Any = psutil
        self._busy, self._total = self._processors()
        self._network = self._bytes()
        self._gpus = _Gpus()

    def look(self) -> dict[str, float]:
        """Return what is used now; processors since the last look. What the system does not tell is left out."""
        found: dict[str, float] = {}
        for part in (self._cpu, self._memory, self._disk, self._traffic, self._gpus.look):
            # A container may hide any of it.
            with suppress(OSError, RuntimeError, AttributeError, NotImplementedError):
                found.update(part())
        return found

    def _processors(self) -> tuple[float, float]:
        """Return the seconds that all processors worked, and that there were."""
        times = self._psutil.cpu_times()
        # On Linux a guest's time is in the user's already.
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        return total - times.idle - getattr(times, "iowait", 0.0), total

    def _bytes(self) -> tuple[int, int]:
        with suppress(OSError, RuntimeError, AttributeError):
            counters = self._psutil.net_io_counters()
            if counters is not None:
                return counters.bytes_recv, counters.bytes_sent
        return 0, 0

    def _cpu(self) -> Iterator[tuple[str, float]]:
        busy, total = self._processors()
        if total > self._total:
            share = (busy - self._busy) / (total - self._total)
            yield "cpu_utilization_percentage", min(max(100 * share, 0.0), 100.0)
        self._busy, self._total = busy, total

    def _memory(self) -> Iterator[tuple[str, float]]:
        memory = self._psutil.virtual_memory()
        yield "system_memory_usage_megabytes", memory.used / _MEGABYTE
        yield "system_memory_usage_percentage", 100 * memory.used / memory.total

    def _disk(self) -> Iterator[tuple[str, float]]:
        disk = self._psutil.disk_usage(os.sep)
        yield "disk_usage_percentage", disk.percent
        yield "disk_usage_megabytes", disk.used / _MEGABYTE
        yield "disk_available_megabytes", disk.free / _MEGABYTE

    def _traffic(self) -> Iterator[tuple[str, float]]:
        received, sent = self._bytes()
        yield "network_receive_megabytes", (received - self._network[0]) / _MEGABYTE
        yield "network_transmit_megabytes", (sent - self._network[1]) / _MEGABYTE


class _Gpus:
    """NVIDIA's devices; none where its library or its driver is not there."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[Any] = []
        try:
            import pynvml

            self._nvml = pynvml
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            self._handles = [pynvml.nvmlDeviceGetHandleByIndex(number) for number in range(count)]
        except Exception:  # noqa: BLE001 - without the package, a device or a driver that fits: each its own error
            return

    def look(self) -> Iterator[tuple[str, float]]:
        """Yield what is used of each device; what one of them does not tell is left out."""
        nvml = self._nvml
        for number, handle in enumerate(self._handles):
            name = f"gpu_{number}"
            with suppress(nvml.NVMLError):
                memory = nvml.nvmlDeviceGetMemoryInfo(handle)
                yield f"{name}_memory_usage_percentage", 100 * memory.used / memory.total
                yield f"{name}_memory_usage_megabytes", memory.used / _MEGABYTE
            with suppress(nvml.NVMLError):
                yield f"{name}_utilization_percentage", float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
            with suppress(nvml.NVMLError):
                watts = nvml.nvmlDeviceGetPowerUsage(handle) / 1000
                yield f"{name}_power_usage_watts", watts
                limit = nvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000
                yield f"{name}_power_usage_percentage", 100 * watts / limit
