#!/usr/bin/env python3
# Compiler runs that need not be repeated: `clang_tidy` (every hand-written source of the libraries), and
# `command --source FILE... --include FOLDER... -- COMMAND...` (any check of sources by a command). A run that passed is remembered in the
# cache outside the tree ($TEMPORALIO_CACHE, by default ~/.cache/temporalio) under a hash of all that it reads: the
# command, the tool, its configuration, the system's packages, the source and every project or generated file that it
# includes, directly or not. So a new clone pays only for what changed; a failure is never remembered.
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.MULTILINE)
KEPT_SECONDS = 60 * 24 * 3600


def cache_folder():
    base = os.environ.get("TEMPORALIO_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(pathlib.Path.home(), ".cache"), "temporalio")
    folder = pathlib.Path(base) / "passed"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.lru_cache(maxsize=None)
def content_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.lru_cache(maxsize=None)
def names_included(path):
    return [name.decode() for name in INCLUDE.findall(path.read_bytes())]


def files_read(source, include_folders):
    """The source and all that it may include from the project; conditions of the preprocessor count as true."""
    found, waiting = set(), [source]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in names_included(path):
            for folder in [path.parent, *include_folders]:
                candidate = folder / name
                if candidate.is_file():
                    waiting.append(pathlib.Path(os.path.normpath(candidate)))
                    break
    return sorted(found)


@functools.lru_cache(maxsize=None)
def system_version():
    """Versions of the packages that hold headers and compilers."""
    try:
        lines = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n"], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return ""
    wanted = re.compile(r"^(g\+\+|gcc|cpp|clang|libclang|lib\S+-dev|nlohmann-json3-dev)")
    return "\n".join(line for line in lines if wanted.match(line))


@functools.lru_cache(maxsize=None)
def tool_version(tool):
    path = pathlib.Path(os.path.realpath(shutil.which(tool) or tool))
    if path.is_relative_to(ROOT) or not path.is_file():
        return ""
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def include_folders_of(arguments, directory):
    folders = []
    for position, argument in enumerate(arguments):
        match = re.match(r"^-(?:I|isystem)(.*)$", argument)
        if match:
            folder = match.group(1) or arguments[position + 1]
            folders.append(pathlib.Path(os.path.normpath(directory / folder)))
    return folders


def key_of(arguments, sources, directory, configuration=(), include_folders=()):
    """Paths count relative to the project, so that clones in different folders share results."""
    def relative(text):
        return str(text).replace(str(ROOT), "")
    digest = hashlib.sha256()
    for part in [tool_version(arguments[0]), system_version(), *map(relative, arguments)]:
        digest.update(part.encode() + b"\0")
    folders = [folder for folder in [*include_folders_of(arguments, directory), *include_folders]
               if folder.is_relative_to(ROOT)]
    files = {path for source in sources for path in files_read(source, folders)} | set(configuration)
    for path in sorted(files):
        digest.update(f"{relative(path)} {content_hash(path)}\n".encode())
    return digest.hexdigest()


def run_unless_passed(key, command, directory):
    """Returns the exit code and what the command printed; 0 and nothing where it passed before."""
    stamp = cache_folder() / key
    if stamp.exists():
        os.utime(stamp)
        return 0, ""
    done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        stamp.touch()
    return done.returncode, done.stdout


def forget_old():
    oldest = time.time() - KEPT_SECONDS
    for stamp in cache_folder().iterdir():
        if stamp.stat().st_mtime < oldest:
            stamp.unlink(missing_ok=True)


# ---- clang-tidy -----------------------------------------------------------------------------------------------------

NOISE = re.compile(r"^(\d+ warnings? (generated|treated)|Suppressed|Use -header-filter)")
PRECOMPILED = re.compile(r"cmake_pch\.hxx")


def without_precompiled(arguments):
    """The same compilation by itself: clang-tidy cannot read g++'s precompiled header and would parse all of its text."""
    kept, skip = [], False
    for position, argument in enumerate(arguments):
        if skip:
            skip = False
        elif argument == "-include" and PRECOMPILED.search(arguments[position + 1]):
            skip = True
        elif argument in ("-Winvalid-pch", "-fpch-preprocess", "-Wno-array-bounds", "-Wno-restrict"):
            continue
        else:
            kept.append(argument)
    return kept


def compilations(build):
    """Source and arguments of each compilation of the libraries' own sources, without the launcher."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        arguments = shlex.split(entry["command"])
        while arguments and not re.search(r"(g\+\+|clang\+\+)[-\d.]*$", arguments[0]):
            arguments.pop(0)
        name = str(source.relative_to(ROOT)) if source.is_relative_to(ROOT) else ""
        if re.match(r"(sdk|timeskip|replayer)/(?!proto/).*\.cc$", name):
            yield source, without_precompiled(arguments), pathlib.Path(entry["directory"])


def clang_tidy(build, jobs):
    folder = build / "clang-tidy"
    folder.mkdir(exist_ok=True)
    wanted = {source: (arguments, directory) for source, arguments, directory in compilations(build)}
    (folder / "compile_commands.json").write_text(json.dumps(
        [{"file": str(source), "directory": str(directory), "arguments": arguments}
         for source, (arguments, directory) in wanted.items()]))

    def check(source):
        arguments, directory = wanted[source]
        output = [position + 1 for position, argument in enumerate(arguments) if argument == "-o"]
        key = key_of(["clang-tidy-19", *(a for i, a in enumerate(arguments) if i not in output)], [source], directory,
                     [ROOT / ".clang-tidy"])
        return run_unless_passed(key, ["clang-tidy-19", "-p", str(folder), "--quiet", "--warnings-as-errors=*",
                                       str(source)], ROOT)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(check, sorted(wanted)))
    failed = [output for code, output in results if code != 0]
    for output in failed:
        print("\n".join(line for line in output.splitlines() if not NOISE.match(line)))
    forget_old()
    return 1 if failed or not wanted else 0


def main():
    parser = argparse.ArgumentParser()
    kinds = parser.add_subparsers(dest="kind", required=True)
    tidy = kinds.add_parser("clang_tidy")
    tidy.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    tidy.add_argument("--jobs", type=int, default=os.cpu_count())
    command = kinds.add_parser("command")
    command.add_argument("--source", type=pathlib.Path, action="append", required=True)
    command.add_argument("--also", type=pathlib.Path, action="append", default=[], help="read besides the sources")
    command.add_argument("--include", type=pathlib.Path, action="append", default=[], help="folder of headers")
    command.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.kind == "clang_tidy":
        return clang_tidy(options.build.resolve(), options.jobs)
    here = pathlib.Path.cwd()
    key = key_of(options.command, [path.resolve() for path in options.source], here,
                 [path.resolve() for path in options.also], [path.resolve() for path in options.include])
    code, output = run_unless_passed(key, options.command, here)
    sys.stdout.write(output)
    return code


if __name__ == "__main__":
    sys.exit(main())
