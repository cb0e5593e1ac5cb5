# Runs one program under ptrace and counts the processes of its tree: itself, and every fork of it or of its descendants. Threads are
# told apart and left out. Tracing slows the program down, so nothing else is measured in such a run.
#
# usage: python3 -I -S count.py REPORT COMMAND [ARGUMENT...]
import ctypes
import json
import os
import signal
import sys

SEIZE, CONT, GETEVENTMSG, LISTEN = 0x4206, 7, 0x4201, 0x4208
FORK, VFORK, CLONE, STOP = 1, 2, 3, 128
OPTIONS = 1 << FORK | 1 << VFORK | 1 << CLONE | 1 << 20  # 1 << 20: the traced end with their tracer
WALL = 0x40000000
JOB_CONTROL = (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid, data=0):
    return libc.ptrace(request, pid, None, data)


def is_process(pid):
    """Not a thread of another one."""
    try:
        with open(f"/proc/{pid}/status") as file:
            return any(line.split() == ["Tgid:", str(pid)] for line in file)
    except OSError:
        return False


def begin():
    """The program, waiting at a pipe until it is traced."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write)
        os.read(read, 1)
        os.close(read)
        os.execv(sys.argv[2], sys.argv[2:])
    os.close(read)
    if ptrace(SEIZE, child, OPTIONS) == -1:
        number = ctypes.get_errno()
        os.kill(child, signal.SIGKILL)
        sys.exit(f"cannot trace a process: {os.strerror(number)}")
    os.close(write)
    return child


def main():
    first = begin()
    processes, code = 1, None
    while True:
        try:
            pid, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            break
        if not os.WIFSTOPPED(status):
            if pid == first:
                code = os.waitstatus_to_exitcode(status)
            continue
        event, number = status >> 16, os.WSTOPSIG(status)
        if event in (FORK, VFORK, CLONE):
            message = ctypes.c_ulong()
            ptrace(GETEVENTMSG, pid, ctypes.addressof(message))
            # Its parent stands still here, so a thread cannot have ended unseen: it has its status until it is waited for.
            processes += event != CLONE or is_process(message.value)
            ptrace(CONT, pid)
        elif event == STOP:
            ptrace(LISTEN if number in JOB_CONTROL else CONT, pid)
        else:
            ptrace(CONT, pid, number)
    with open(sys.argv[1], "w") as file:
        json.dump({"code": code, "processes": processes}, file)


main()
