#!/usr/bin/env python3
# Rules about files and includes: the invariants of the layering, real clocks, names, machine paths, the README's guide.
# Prints "file:line: what is wrong" for each finding and exits 1 if there is one; warnings are printed only.
import pathlib
import re
import sys

from sources import ROOT, cpp_files, line_of, project_files, read, without_comments_and_literals

findings = []
warnings = []


def finding(path, line, text):
    findings.append(f"{path}:{line}: {text}")


# ---- Who may include whom -------------------------------------------------------------------------------------------

# The folders of sdk/src and what each may include beside itself and the public headers; "proto": generated messages.
SDK_LAYERS = {
    "base": set(),
    "coro": {"base"},
    "payload": {"base", "proto"},
    "machines": {"base", "payload", "proto"},
    "workflow": {"base", "coro", "payload", "machines", "proto"},
    "rpc": {"base", "payload", "proto", "grpc"},
    "activity": {"base", "coro", "payload", "machines", "workflow", "rpc", "proto"},
    "client": {"base", "coro", "payload", "machines", "workflow", "rpc", "activity", "proto"},
    "worker": {"base", "coro", "payload", "machines", "workflow", "rpc", "activity", "client", "proto"},
}
TIMESKIP_LAYERS = {
    "clock": set(),
    "engine": {"clock", "proto"},
    "service": {"clock", "engine", "proto", "grpc"},
}
# The folders of timeskip/src/engine and which of them each may include: one way only. Files that stand in engine/ itself
# are the face of the engine and may include all of them; nobody below includes them.
ENGINE_LAYERS = {
    "core": set(),
    "run": {"core"},
    "commands": {"core", "run"},
    "rpc": {"core", "run", "commands"},
    "time": {"core", "run", "rpc"},
    "visibility": {"core", "run", "commands", "rpc"},
    "schedule": {"core", "run", "commands", "rpc", "visibility"},
    "nexus": {"core", "run", "commands", "rpc"},
    "batch": {"core", "run", "commands", "rpc", "visibility"},
}
# These do no IO, own no thread and read no clock.
SANS_IO = ("sdk/src/machines/", "sdk/src/coro/", "sdk/src/workflow/", "timeskip/src/engine/")
IO_HEADERS = re.compile(r"^(thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|"
                        r"iostream|fstream|unistd\.h|sys/.*|grpc.*)$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.MULTILINE)


def layer_of_include(name):
    if name.startswith("temporal/api/") or name.startswith("google/") or name.endswith(".pb.h"):
        return "proto"
    if name.startswith("grpc"):
        return "grpc"
    return None


def check_layers(path, name, line, tree, layers):
    parts = str(path).split("/")
    if len(parts) < 4 or parts[:2] != [tree, "src"]:
        return
    layer = parts[2]
    if layer not in layers:
        finding(path, 1, f"{tree}/src/{layer}/ is not a known folder: say in tools/checks/source_rules.py what it may include")
        return
    allowed = layers[layer]
    other = layer_of_include(name)
    if other is None and name.startswith(f"{tree}/src/"):
        other = name.split("/")[2]
    if other is not None and other != layer and other not in allowed:
        finding(path, line, f"{tree}/src/{layer} must not include {name} (it may include: {', '.join(sorted(allowed)) or 'nobody'})")


def check_engine_layers(path, name, line):
    parts = str(path).split("/")
    if parts[:3] != ["timeskip", "src", "engine"] or len(parts) < 5:
        return
    layer = parts[3]
    if layer not in ENGINE_LAYERS:
        finding(path, 1, f"timeskip/src/engine/{layer}/ is not a known folder: say in tools/checks/source_rules.py what it may include")
        return
    if not name.startswith("timeskip/src/engine/"):
        return
    included = name.split("/")
    other = included[3] if len(included) > 4 else "the face of the engine"
    if other != layer and other not in ENGINE_LAYERS[layer]:
        finding(path, line, f"engine/{layer} must not include {name} (it may include: {', '.join(sorted(ENGINE_LAYERS[layer])) or 'nobody'})")


def check_includes(path, text):
    name_of_file = str(path)
    is_public = "/include/temporalio/" in name_of_file
    # The two trees meet in the test environment, its implementation included, and in tests.
    is_meeting_point = name_of_file.startswith("timeskip/src/testing") or name_of_file.startswith("timeskip/include/temporalio/")
    for match in INCLUDE.finditer(text):
        name, line = match.group(1), line_of(text, match.start())
        if name_of_file.startswith("sdk/") and (name.startswith(("timeskip/", "replayer/")) or
                                                name in ("temporalio/testing.h", "temporalio/replayer.h")):
            finding(path, line, f"sdk never includes timeskip or replayer: {name}")
        if name_of_file.startswith("timeskip/") and not is_meeting_point and name.startswith(("sdk/", "temporalio/", "replayer/")):
            finding(path, line, f"timeskip never includes sdk: {name}")
        if name_of_file.startswith("replayer/") and (name.startswith("timeskip/") or name == "temporalio/testing.h"):
            finding(path, line, f"replayer never includes timeskip: {name}")
        if is_public and (layer_of_include(name) or "/src/" in name):
            finding(path, line, f"a public header includes no generated, gRPC or internal header: {name}")
        if name_of_file.startswith(SANS_IO) and IO_HEADERS.match(name):
            finding(path, line, f"this folder does no IO and owns no thread: {name}")
        check_layers(path, name, line, "sdk", SDK_LAYERS)
        if not is_meeting_point:
            check_layers(path, name, line, "timeskip", TIMESKIP_LAYERS)
            check_engine_layers(path, name, line)


# ---- Real time and randomness ---------------------------------------------------------------------------------------

MAY_NAME_CLOCKS = {"sdk/src/base/time_source.cc", "timeskip/src/clock/wall_clock.cc"}
CLOCKS = re.compile(r"\b(system_clock::now|steady_clock::now|high_resolution_clock|sleep_for|this_thread::sleep_until|random_device|"
                    r"s?rand|getenv|gettimeofday|clock_gettime|usleep|nanosleep|time\s*\(\s*(?:nullptr|NULL|0)\s*\))\b")


def check_clocks(path, code):
    if not str(path).startswith(("sdk/", "timeskip/", "replayer/")) or str(path) in MAY_NAME_CLOCKS:
        return
    for match in CLOCKS.finditer(code):
        finding(path, line_of(code, match.start()), f"time and randomness are injected; {match.group(1)} is named only in "
                                                    f"{' and '.join(sorted(MAY_NAME_CLOCKS))}")


# ---- Names, lengths, leftovers --------------------------------------------------------------------------------------

VAGUE = re.compile(r"(^|[_-])(utils?|common|helpers?|misc|managers?)([_.-]|$)", re.IGNORECASE)
VAGUE_NAMESPACE = re.compile(r"\bnamespace\s+(?:\w+::)*(utils?|common|helpers?|misc|managers?)\b(?!::|\s*=)")
# Written in pieces, so that this file does not find itself.
LEFTOVER = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|XX" + r"X)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$})/:-])/(?:work|root|home|tmp|opt|Users|mnt)/[\w.-]+")
URL = re.compile(r"\b(?:https?|git|ssh)://[\w.-]+")
LOCAL_URL = re.compile(r"//(?:localhost|127\.0\.0\.1|example\.(?:com|org))\b")
# A document that a clone does not have; README.md files are in it.
OUTSIDE_DOCUMENT = re.compile(r"\b(?:" + "DES" + r"IGN|HAZ" + r"ARDS|ST" + r"YLE|PEER-" + r"TRAPS|sd" + r"k|serv" + r"er|gold" +
                              r"ens|timeskip-" + r"peer|pe" + r"ers)\.md\b")
SNAKE = re.compile(r"^[a-z0-9_]+\.(?:h|cc)$")
TEXT_SUFFIXES = {".h", ".cc", ".cmake", ".txt", ".md", ".py", ".go", ".mod", ".json", ".yaml", ".yml", ".scn", ".golden", ".sh", ".in", ""}


def check_name(path):
    for part in path.parts:
        if VAGUE.search(part):
            finding(path, 1, f"'{part}' says nothing about what is in it (utils, common, helpers, misc, manager)")
    if path.suffix in {".h", ".cc"} and not SNAKE.match(path.name):
        finding(path, 1, "C++ file names are snake_case")


def check_leftovers(path, text):
    for match in LEFTOVER.finditer(text):
        finding(path, line_of(text, match.start()), f"{match.group(1)}: finish it, or file an issue")
    for match in MACHINE_PATH.finditer(text):
        finding(path, line_of(text, match.start()), f"a path of one machine: {match.group(0)}")
    for match in OUTSIDE_DOCUMENT.finditer(text):
        finding(path, line_of(text, match.start()), f"{match.group(0)} is not in the repository: say what it says")
    for match in URL.finditer(text):
        if not LOCAL_URL.search(match.group(0)):
            finding(path, line_of(text, match.start()), f"an address outside this machine: {match.group(0)}")


def check_cpp(path, text):
    code = without_comments_and_literals(text)
    check_includes(path, text)
    check_clocks(path, code)
    check_machines_and_headers(path, code)
    for match in VAGUE_NAMESPACE.finditer(code):
        finding(path, line_of(code, match.start()), f"namespace {match.group(1)} says nothing about what is in it")
    if path.suffix == ".h" and "#pragma once" not in text:
        finding(path, 1, "a header needs #pragma once")
    has_own_header = path.suffix == ".cc" and re.match(rf'#include ["<][\w/]*\b{path.stem}\.h[">]', text)
    if not has_own_header and not text.startswith("//"):
        finding(path, 1, "a file opens with two to six lines: what lives here, what must not")
    lines = text.count("\n")
    if lines > 500:
        warnings.append(f"{path}:1: {lines} lines: look for the second concept")


# ---- Machines, the catalogue, public headers ------------------------------------------------------------------------

COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b|\bstd::coroutine_\w+")
CATALOGUE = "sdk/src/machines/catalogue.cc"
COMMAND_KIND = re.compile(r"\bCOMMAND_TYPE_[A-Z_]+")
FEWEST_OF_A_TABLE = 4  # so many kinds of commands in one file of the SDK are a table of their own


def check_machines_and_headers(path, code):
    name = str(path)
    if name.startswith("sdk/src/machines/"):
        for match in COROUTINE.finditer(code):
            finding(path, line_of(code, match.start()), f"machines know no coroutines: {match.group(0)}")
    if name.startswith("sdk/") and name != CATALOGUE:
        kinds = sorted({match.group(0) for match in COMMAND_KIND.finditer(code)})
        if len(kinds) >= FEWEST_OF_A_TABLE:
            finding(path, 1, f"a second table of command types beside {CATALOGUE}: {', '.join(kinds)}")
    if path.suffix == ".h" and re.match(r"(?:sdk|timeskip|replayer)/include/", name) and \
            not re.match(r"\w+/include/temporalio/(?:detail/)?\w+\.h$", name):
        finding(path, 1, "public headers stand in include/temporalio/, what users never name in its folder detail/")


# ---- The README's guide to headers ----------------------------------------------------------------------------------


def check_guide(files):
    headers = {path.name for path in files if path.parent.match("include/temporalio") and path.suffix == ".h"}
    readme = read("README.md") if (ROOT / "README.md").is_file() else ""
    section = re.search(r"^## Guide to headers$(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    if not section:
        finding("README.md", 1, "the section '## Guide to headers' is missing")
        return
    listed = set(re.findall(r"^[-|] *`temporalio/([\w.]+)`", section.group(1), re.MULTILINE))
    line = line_of(readme, section.start())
    for name in sorted(headers - listed):
        finding("README.md", line, f"the guide to headers does not name temporalio/{name}")
    for name in sorted(listed - headers):
        finding("README.md", line, f"the guide to headers names temporalio/{name}, which does not exist")


BAD = [  # (path, text, a part of the finding)
    ("sdk/src/client/x.h", '#include "timeskip/src/engine/server.h"', "sdk never includes timeskip"),
    ("sdk/include/temporalio/x.h", '#include "temporalio/testing.h"', "sdk never includes timeskip"),
    ("timeskip/src/engine/x.h", '#include "temporalio/duration.h"', "timeskip never includes sdk"),
    ("timeskip/src/engine/x.h", '#include "sdk/src/base/check.h"', "timeskip never includes sdk"),
    ("sdk/include/temporalio/x.h", '#include "temporal/api/common/v1/message.pb.h"', "a public header includes no"),
    ("sdk/include/temporalio/x.h", "#include <grpcpp/channel.h>", "a public header includes no"),
    ("sdk/src/machines/x.h", "#include <mutex>", "owns no thread"),
    ("timeskip/src/engine/x.h", "#include <fstream>", "does no IO"),
    ("sdk/src/machines/x.h", '#include "sdk/src/workflow/run.h"', "must not include"),
    ("sdk/src/coro/x.h", '#include "sdk/src/rpc/service.h"', "must not include"),
    ("sdk/src/novelty/x.h", '#include "sdk/src/base/check.h"', "not a known folder"),
    ("timeskip/src/engine/core/x.h", '#include "timeskip/src/engine/run/execution.h"', "must not include"),
    ("timeskip/src/engine/run/x.h", '#include "timeskip/src/engine/commands/command.h"', "must not include"),
    ("timeskip/src/engine/commands/x.h", '#include "timeskip/src/engine/rpc/method.h"', "must not include"),
    ("timeskip/src/engine/rpc/x.h", '#include "timeskip/src/engine/server.h"', "must not include"),
    ("timeskip/src/engine/novelty/x.h", '#include "timeskip/src/engine/core/api.h"', "not a known folder"),
    ("sdk/src/workflow/x.h", "auto t = std::chrono::steady_clock::now();", "time and randomness"),
    ("timeskip/src/engine/x.h", "std::random_device d;", "time and randomness"),
    ("replayer/src/x.h", 'auto* e = getenv("A");', "time and randomness"),
    ("sdk/src/base/x.h", "namespace temporalio::detail::utils {", "says nothing"),
    ("sdk/src/machines/x.h", "inline Task f() { co_return; }", "machines know no coroutines"),
    ("sdk/src/machines/x.h", "std::coroutine_handle<> waiting;", "machines know no coroutines"),
    ("sdk/src/workflow/x.h", "int a[] = {COMMAND_TYPE_A, COMMAND_TYPE_B, COMMAND_TYPE_C, COMMAND_TYPE_D};", "a second table"),
    ("sdk/include/other/x.h", "int a;", "public headers stand in"),
    ("sdk/include/temporalio/deep/x.h", "int a;", "public headers stand in"),
]
LEFTOVERS = [  # text, a part of the finding; in pieces, as above
    ("// as DES" + "IGN.md says", "is not in the repository"),
    ("// sd" + "k.md 2.1", "is not in the repository"),
    ("// TO" + "DO", "finish it"),
    ("// in /ho" + "me/me/x", "a path of one machine"),
    ("// http" + "s://registry.test", "an address outside"),
]
GOOD = [
    ("sdk/src/workflow/x.h", "int a[] = {COMMAND_TYPE_A, COMMAND_TYPE_B, COMMAND_TYPE_C};  // co_await in a comment"),
    ("sdk/src/machines/catalogue.cc", "int a[] = {COMMAND_TYPE_A, COMMAND_TYPE_B, COMMAND_TYPE_C, COMMAND_TYPE_D};"),
    ("sdk/include/temporalio/detail/x.h", "int a;"),
    ("timeskip/src/testing/environment.cc", '#include "sdk/src/base/loop.h"'),
    ("timeskip/include/temporalio/testing.h", '#include "temporalio/client.h"'),
    ("sdk/src/base/time_source.cc", "auto t = std::chrono::steady_clock::now();"),
    ("sdk/src/workflow/x.h", "// steady_clock::now is not called here\nint grand(int operand);"),
    ("sdk/src/workflow/x.h", '#include "sdk/src/machines/timer.h"'),
    ("timeskip/src/engine/server.cc", '#include "timeskip/src/engine/rpc/method.h"'),
    ("timeskip/src/engine/commands/x.h", '#include "timeskip/src/engine/run/execution.h"'),
    ("tests/unit/x.h", '#include "timeskip/src/engine/server.h"\n#include "sdk/src/base/check.h"'),
]


def self_test():
    failed = []
    for path, text, expected in BAD:
        findings.clear()
        check_cpp(pathlib.PurePath(path), "// What.\n#pragma once\n" + text + "\n")
        if not any(expected in one for one in findings):
            failed.append(f"not found: {text} in {path}; found {findings}")
    for text, expected in LEFTOVERS:
        findings.clear()
        check_leftovers(pathlib.PurePath("sdk/src/base/x.h"), text)
        if not any(expected in one for one in findings):
            failed.append(f"not found: {text}; found {findings}")
    for path, text in GOOD:
        findings.clear()
        check_cpp(pathlib.PurePath(path), "// What.\n#pragma once\n" + text + "\n")
        failed += [f"wrongly found: {one}" for one in findings]
    for text in failed:
        print(f"source_rules self-test: {text}")
    return 1 if failed else 0


def main():
    if "--self-test" in sys.argv:
        return self_test()
    files = project_files()
    for path in files:
        check_name(path)
        if path.suffix not in TEXT_SUFFIXES:
            continue
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue
        check_leftovers(path, text)
    for path in cpp_files():
        check_cpp(path, read(path))
    check_guide(files)
    for text in warnings:
        print(f"warning: {text}")
    for text in findings:
        print(text)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
