"""compare.py CLI [--record ADDRESS]: see run."""

import difflib
import os
import pathlib
import re
import shlex
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / "commands.golden"
NAMESPACE = "cli-commands"

# Commands that print something else on purpose, with the reason.
DIFFERENT = {"operator cluster system": "there are no schedules here, and the server says so"}


def commands():
    """The lines of commands.txt: the command, and whether its lines come in any order ("sorted: ")."""
    for line in (HERE / "commands.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.removeprefix("sorted: "), line.startswith("sorted: ")


PLACES = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"-deleted-[0-9a-f]{5}", "-deleted-<id>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\bnow\b|\b(\d+|a|an|less than a) (second|minute)s? (ago|from now)", "<time>"),
    (r"(HistorySize +)\d+", r"\1<size>"),
    (r"(RunTime +)\S+", r"\1<length>"),
    (r"time=\S+", "time=<time>"),
    (r"\bRequestId\S* +\S+", "RequestId <id>"),
]


def normalised(text, is_sorted):
    for pattern, place in PLACES:
        text = re.sub(pattern, place, text)
    # Columns are as wide as what is in them.
    lines = [re.sub(r" +", " ", line).strip() for line in text.splitlines()]
    return "\n".join(sorted(lines) if is_sorted else lines)


def transcript(cli, address):
    env = {**os.environ, "TEMPORAL_ADDRESS": address, "TEMPORAL_CLI_DISABLE_UPDATE_CHECK": "1"}
    out = []
    for command, is_sorted in commands():
        words = shlex.split(command)
        pause = words[0] == "pause"
        if pause:  # until the real server shows what has happened
            time.sleep(float(words[1]))
            continue
        done = subprocess.run([cli, *words, "--color", "never"], env=env, text=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out.append(f"$ temporal {command}\n{normalised(done.stdout, is_sorted)}\nexit {done.returncode}\n")
    return out


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_served(port):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit("temporal-test-server does not answer")


def main():
    cli, arguments = sys.argv[1], sys.argv[2:]
    if arguments[:1] == ["--record"]:
        GOLDEN.write_text("\n".join(transcript(cli, arguments[1])))
        return 0
    port = free_port()
    server = subprocess.Popen([os.environ["TEST_SERVER"], str(port)])
    try:
        wait_until_served(port)
        ours = transcript(cli, f"127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait()
    differing = 0
    recordings = re.split(r"\n(?=\$ temporal )", GOLDEN.read_text())
    for recorded, seen in zip(recordings, ours, strict=True):
        is_same = recorded.strip() == seen.strip()
        command = recorded.splitlines()[0].removeprefix("$ temporal ")
        if is_same != (command in DIFFERENT):
            continue
        if is_same:
            print(f"{command}: prints the same by now; take it off the list of different ones")
        differing += 1
        print("\n".join(difflib.unified_diff(recorded.splitlines(), seen.splitlines(), "real server 1.32",
                                             "temporal-test-server", lineterm="")))
    print(f"{len(ours)} commands, {len(DIFFERENT)} of them different on purpose, {differing} wrong")
    return 1 if differing else 0


sys.exit(main())
