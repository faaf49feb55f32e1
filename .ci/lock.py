"""`make lock`: requirements.txt, requirements-oidc.txt and tests/requirements.txt anew from what the .in files ask for.

Every release keeps its version unless the .in file forbids it; with --upgrade all go to the newest allowed.
The hashes are those of all files of a release, so that every Python and machine finds its own among them.
"""

import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP_TOOLS = "pip-tools==7.6.2"
# Without options: where this machine takes packages from stays out of the files.
OPTIONS = ["--quiet", "--generate-hashes", "--strip-extras", "--no-header", "--no-emit-options"]
HEADER = "# Written by `make lock` from {source}: change that file, not this one.\n"
RELEASE = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>\S+) \\\n"
    r"(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)"
    r"    # via(?P<users>[^\n]*\n(?:    #   [^\n]+\n)*)"
)


def normalised(name):
    """The one spelling of a package's name, by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def reasons(source):
    """{normalised name: (name as written, reason)} of an .in file."""
    found = {}
    for line in source.read_text(encoding="utf-8").splitlines():
        chosen = re.fullmatch(r"([\w.-]+)[^#]*# (.+)", line)
        if chosen and not line.startswith("#"):
            found[normalised(chosen[1])] = (chosen[1], chosen[2])
    return found


def own_lines(path):
    """A locked file without the line that names another; "" where there is none yet."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return "".join(line for line in lines if not line.startswith("-r "))


def compiled(python, source, before, constraints, upgrade):
    """The releases that `source` needs, as matches of RELEASE. before, constraints: texts with present versions."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "requirements.txt")
        target.write_text(before, encoding="utf-8")
        command = [python, "-m", "piptools", "compile", *OPTIONS]
        for number, text in enumerate(constraints):
            constraint = Path(folder, f"constraints-{number}.txt")
            constraint.write_text(text, encoding="utf-8")
            command.append(f"--constraint={constraint}")
        if upgrade:
            command.append("--upgrade")
        done = subprocess.run([*command, f"--output-file={target}", str(source)], cwd=ROOT)
        if done.returncode != 0:
            sys.exit("套件版本無法算出，鎖定檔沒有更新；原因如上。")
        return list(RELEASE.finditer(target.read_text(encoding="utf-8")))


def block(release, chosen):
    """A release with its reason above it: what the .in file says, else the packages that need it."""
    name, reason = chosen.get(normalised(release["name"]), (release["name"], None))
    if reason is None:
        # Beside packages, the lines name files: 「-r requirements.in」, 「-c requirements.txt」.
        users = re.sub(r"-[rc] \S+", "", release["users"]).replace("#", "").split()
        reason = "of " + ", ".join(users)
    return f"# {reason}\n{name}=={release['version']} \\\n{release['hashes']}"


def releases(path):
    """The normalised names in a locked file."""
    return {normalised(name) for name in re.findall(r"^([\w.-]+)==", path.read_text(encoding="utf-8"), re.MULTILINE)}


def lock(python, target, above, upgrade):
    """Writes a locked file beside its .in file. above: the locked files that it builds on, the lowest first."""
    source = target.with_suffix(".in")
    found = compiled(python, source, own_lines(target), [own_lines(path) for path in above], upgrade)
    shared = set().union(*(releases(path) for path in above))
    blocks = [block(release, reasons(source)) for release in found if normalised(release["name"]) not in shared]
    header = HEADER.format(source=source.relative_to(ROOT))
    if above:
        header += f"-r {os.path.relpath(above[-1], target.parent)}\n"
    target.write_text("\n".join([header, *blocks]), encoding="utf-8")


def main():
    upgrade = "--upgrade" in sys.argv[1:]
    targets = [ROOT / name for name in ("requirements.txt", "requirements-oidc.txt", "tests/requirements.txt")]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", PIP_TOOLS], check=True)
        for number, target in enumerate(targets):
            lock(python, target, targets[:number], upgrade)
    print("已更新 requirements.txt、requirements-oidc.txt 與 tests/requirements.txt。")


if __name__ == "__main__":
    main()
