"""Takes memory at a rate: ramp.py MIB_PER_SECOND MIB. Says `ready`, waits for a line, takes, says how long it took, and keeps it."""
import mmap
import sys
import time

rate, most = float(sys.argv[1]), int(sys.argv[2])
memory = mmap.mmap(-1, most << 20)
chunk = b"\1" * (1 << 20)
print("ready", flush=True)
sys.stdin.readline()
began = time.monotonic()
for i in range(most):
    memory[i << 20:(i + 1) << 20] = chunk
    ahead = (i + 1) / rate - (time.monotonic() - began)
    if ahead > 0.001:
        time.sleep(ahead)
print(time.monotonic() - began, flush=True)
sys.stdin.readline()
