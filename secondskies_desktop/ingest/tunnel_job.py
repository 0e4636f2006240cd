"""Windows: a job object that takes its process with it when its last handle closes, whoever closes it.

The structures and constants are those of JOBOBJECT_EXTENDED_LIMIT_INFORMATION in winnt.h.
"""

from __future__ import annotations

import ctypes
import sys

_KILL_ON_JOB_CLOSE = 0x2000
_EXTENDED_LIMIT_INFORMATION = 9
_PROCESS_TERMINATE = 0x0001
_PROCESS_SET_QUOTA = 0x0100


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("limit_flags", ctypes.c_uint32),
        ("minimum_working_set", ctypes.c_size_t),
        ("maximum_working_set", ctypes.c_size_t),
        ("active_process_limit", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory_limit", ctypes.c_size_t),
        ("job_memory_limit", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


if sys.platform == "win32":
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateJobObjectW.restype = ctypes.c_void_p
    _kernel.CreateJobObjectW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p)
    _kernel.SetInformationJobObject.argtypes = (
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_uint32,
    )
    _kernel.OpenProcess.restype = ctypes.c_void_p
    _kernel.OpenProcess.argtypes = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
    _kernel.AssignProcessToJobObject.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    _kernel.CloseHandle.argtypes = (ctypes.c_void_p,)

    def job_of(pid: int) -> int:
        """Return the handle of a new job that holds the process; 0 where Windows does not allow it."""
        job = _kernel.CreateJobObjectW(None, None) or 0
        limits = _ExtendedLimits()
        limits.basic.limit_flags = _KILL_ON_JOB_CLOSE
        size = ctypes.sizeof(limits)
        process = _kernel.OpenProcess(_PROCESS_TERMINATE | _PROCESS_SET_QUOTA, 0, pid) or 0
        held = (
            _kernel.SetInformationJobObject(job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size)
            and process
            and _kernel.AssignProcessToJobObject(job, process)
        )
        close_job(process)
        if not held:
            close_job(job)
            return 0
        return int(job)

    def close_job(handle: int) -> None:
        """Close a handle; the job's process ends with it. 0 is no handle."""
        if handle:
            _kernel.CloseHandle(handle)
