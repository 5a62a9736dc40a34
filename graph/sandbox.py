"""What a query process may not do: open a socket, take the machine's memory, leave a core file, outlive its parent.

The walls stand in the kernel, so that they hold whatever the engine does. On Linux (x86-64, AArch64) a seccomp filter
(seccomp(2), BPF over system-call numbers) refuses new sockets and connections with EPERM; elsewhere that one wall is
missing, `network_is_closed` says so, and the query guard in front stands alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | 1  # SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
_CALLS = {
    # audit architecture, then the numbers of socket, connect, io_uring_setup, execve (include/uapi/asm/unistd)
    "x86_64": (0xC000003E, (41, 42, 425, 59)),
    "aarch64": (0xC00000B7, (198, 203, 425, 221)),
}


def confine(memory_bytes: int, *, may_connect: bool = False) -> None:
    """Confine this process for good: `memory_bytes` of address space beyond today's, no core file, no network.

    `may_connect` leaves the network open, for a process that asks a foreign engine.
    """
    limit = _address_space() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        die_with_parent()
        if not may_connect:
            _close_network()


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (prctl(2), PR_SET_PDEATHSIG)."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def network_is_closed() -> bool:
    """Whether `confine` can refuse sockets on this machine."""
    return sys.platform == "linux" and platform.machine() in _CALLS


def _address_space() -> int:
    """Bytes of address space in use now (proc(5), statm, first field in pages); 0 where the kernel does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _prctl(option: int, argument: int | ctypes.Array[ctypes.c_char], extra: object = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, argument, extra, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")


def _close_network() -> None:
    if not network_is_closed():
        return
    program = _filter(*_CALLS[platform.machine()])
    instructions = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program), ctypes.addressof(instructions))
    )  # struct sock_fprog
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header)


def _filter(architecture: int, refused: tuple[int, ...]) -> list[bytes]:
    """BPF: another architecture's calls and the refused numbers give EPERM, everything else is allowed."""
    numbers = [_instruction(_JUMP_EQUAL, number, len(refused) - place, 0) for place, number in enumerate(refused)]
    return [
        _instruction(_LOAD, 4),  # seccomp_data.arch
        _instruction(_JUMP_EQUAL, architecture, 0, len(refused) + 2),
        _instruction(_LOAD, 0),  # seccomp_data.nr
        *numbers,
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _DENY),
    ]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
