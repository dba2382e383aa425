# What every check sees: the project's files, and C++ text without its comments and literals.
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CPP_SUFFIXES = {".h", ".cc"}


def project_files():
    """Paths relative to ROOT: what git tracks, or in a copy without git everything outside build folders."""
    try:
        out = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True).stdout
        names = [name for name in out.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build/", ".git/", ".cache/")) and "__pycache__" not in name]
    return sorted(pathlib.Path(name) for name in names if (ROOT / name).is_file())


def cpp_files():
    return [path for path in project_files() if path.suffix in CPP_SUFFIXES]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<delimiter>[^()\\ ]{0,16})\(.*?\)(?P=delimiter)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def _blank(match):
    text = match.group(0)
    # A digit separator (1'000'000) is no character literal.
    if text[0] == "'" and match.start() > 0 and match.string[match.start() - 1].isalnum():
        return text
    kept = '""' if text[0] in 'R"' else "''" if text[0] == "'" else ""
    return kept + "\n" * text.count("\n") + " " * (len(text) - len(kept) - text.count("\n"))


def without_comments_and_literals(text):
    """The same length and lines; comments become blanks, literals become empty ones."""
    return _TOKEN.sub(_blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1
