"""What both benches share: a child measured as a whole process, the machine, the tables."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def child(command, environment=None):
    """Output, CPU seconds, wall seconds and peak MiB of a finished process.

    A process inherits the peak memory of the one that started it, so a small one of its own starts it.
    """
    starter = subprocess.run([sys.executable, "-I", os.path.abspath(__file__), *command], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                             env={**os.environ, **(environment or {})}, check=True)
    seen = json.loads(starter.stdout)
    if seen["code"] != 0:
        sys.exit(f"{' '.join(command)}: exit code {seen['code']}\n{seen['output']}")
    return seen


def start_and_measure(command):
    with tempfile.TemporaryFile("w+") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return {"output": output.read(), "code": process.returncode, "cpu": used.ru_utime + used.ru_stime, "wall": wall,
                "memory": used.ru_maxrss / 1024}


def example(package, name, *features):
    """The program built from one of our examples."""
    asked = ["--features", ",".join(features)] if features else []
    subprocess.run(["cargo", "build", "--release", "-p", package, "--example", name, *asked], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    return os.path.join(target, "release", "examples", name)


def peer_python(folder, given, *options):
    """An interpreter that has the peer: the given one, or a fresh environment outside the repository."""
    if given:
        return given
    place = tempfile.mkdtemp(prefix="imputome-bench-")
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = os.path.join(place, "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "-q", *options, "-r", os.path.join(folder, "requirements.txt")], check=True)
    print(f"environment of the peer: {place} (give --python to use it again)", file=sys.stderr)
    return python


def arguments(description, rounds):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--python", help="interpreter that has requirements.txt installed (default: a fresh environment)")
    parser.add_argument("--rounds", type=int, default=rounds, help="rounds in which contestants take turns (default %(default)s)")
    parser.add_argument("-o", "--output", help="Markdown file to write (default: results.md beside this script)")
    return parser


def machine():
    """One line on the machine and how busy it was."""
    text = open("/proc/cpuinfo").read() if os.path.exists("/proc/cpuinfo") else ""
    model = re.search(r"model name\s*:\s*(.*)", text)
    flags = re.search(r"flags\s*:\s*(.*)", text)
    wide = "AVX-512" if flags and "avx512f" in flags.group(1) else "AVX2" if flags and "avx2" in flags.group(1) else "no AVX2"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    return (f"{os.cpu_count()} cores, {model.group(1) if model else platform.processor()} ({wide}), {memory:.0f} GiB, "
            f"{system()}, load {load} at the start, {time.strftime('%Y-%m-%d')}")


def system():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def median_ratio(ours, theirs):
    """Median over rounds of ours divided by theirs in the same round."""
    return statistics.median(a / b for a, b in zip(ours, theirs))


def markdown_table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def write(path, text):
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".part", path)
    print(text)


if __name__ == "__main__":
    print(json.dumps(start_and_measure(sys.argv[1:])))
