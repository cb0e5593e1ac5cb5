# Runs one program and tells what it and everything that it started has cost, as the kernel counts it.
#
# usage: python3 -I -S run.py REPORT COMMAND [ARGUMENT...]     (environment and working folder are the program's own)
#
# wait4 hands over the sum of user and system time of the program and of every descendant that was waited for, and the largest resident
# set that any one of them ever had. It does not see a process that outlives its parent without being waited for; the hooks measured here
# leave none. Nor does it see what others do for the program: the hook tools' server, mongod, snapd.
# A process starts as a copy of its parent, so the largest resident set is never told as smaller than that of this small program (13 MiB).
import json
import os
import sys
import time

report, command, arguments = sys.argv[1], sys.argv[2], sys.argv[2:]
begun = time.monotonic_ns()
child = os.posix_spawn(command, arguments, os.environ)
_, status, used = os.wait4(child, 0)
ended = time.monotonic_ns()
with open(report, "w") as file:
    json.dump(
        {
            "code": os.waitstatus_to_exitcode(status),
            "begunMs": begun / 1e6,  # of the clock that process.hrtime has too
            "wallMs": (ended - begun) / 1e6,
            "cpuMs": (used.ru_utime + used.ru_stime) * 1e3,
            "rssMiB": used.ru_maxrss / 1024,
        },
        file,
    )
