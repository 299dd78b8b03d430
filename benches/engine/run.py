"""Training steps of our engine against PyTorch, Keras and the limits of the machine.

Standard library only; the peers live in the interpreters given by --python and --keras-python.
"""

import os
import re
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402
import page  # noqa: E402

# Steps that take a second or so; the first two of a process are not counted.
STEPS = {"w1-64": 10, "w1-128": 6, "w2-16": 6, "w2-128": 3, "w3-64": 80, "pmi-32": 6}
# A card does so many in the same time, more or less.
CARD_STEPS = 30
# Without them glibc maps and unmaps every large tensor anew: PyTorch loses a quarter of its time to page faults.
HUGE_PAGES = {"GLIBC_TUNABLES": ":".join(["glibc.malloc.hugetlb=1", "glibc.malloc.mmap_threshold=4294967296",
                                          "glibc.malloc.trim_threshold=17179869184", "glibc.malloc.mmap_max=0"])}
CHECKED_STEPS = 6


def main():
    given = arguments()
    began = measure.machine()
    peers = Peers(given)
    entrants = contestants(given, peers)
    rows = rounds(given, entrants, roofline(given))
    agreement = [] if given.no_check else losses(given, entrants)
    text = page.write(given, rows, agreement, began=began, versions=peers.versions())
    measure.write(given.output or os.path.join(FOLDER, "results.md"), text)


def arguments():
    parser = measure.arguments(__doc__, rounds=5)
    parser.add_argument("--workloads", nargs="+", default=list(STEPS), choices=STEPS, help="name and batch (default: all)")
    parser.add_argument("--engines", nargs="+", help="engines of ours (default: fused, on a card cuda)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="numbers of threads (default 1 2)")
    parser.add_argument("--device", default="cpu", help="cpu or cuda, for the peers; a card is compared by wall time (default %(default)s)")
    parser.add_argument("--keras-python", help="interpreter that has Keras (default: that of --python; left out where it has none)")
    parser.add_argument("--quick", action="store_true", help="one round, a third of the steps")
    parser.add_argument("--no-check", action="store_true", help="leave out the comparison of losses from the same start")
    parser.add_argument("--note", default="", help="a sentence for the head of the page, such as how busy the machine was")
    given = parser.parse_args()
    given.engines = given.engines or ["fused" if given.device == "cpu" else "cuda"]
    given.rounds = 1 if given.quick else given.rounds
    factor = (1 if given.device == "cpu" else CARD_STEPS) / (3 if given.quick else 1)
    given.steps = {name: max(2, int(steps * factor)) for name, steps in STEPS.items()}
    return given


class Peers:
    """Interpreters of the peers."""

    def __init__(self, given):
        self.torch = measure.peer_python(FOLDER, given.python)
        self.keras = given.keras_python or self.torch
        probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('tensorflow') is None)"
        if given.device != "cpu" or subprocess.run([self.keras, "-c", probe], check=False).returncode != 0:
            self.keras = None

    def versions(self):
        tell = "import importlib.metadata as m, sys; print(', '.join(f'{n} {m.version(p)}' for n, p in zip(sys.argv[1::2], sys.argv[2::2])))"
        told = [measure.child([self.torch, "-c", tell, "PyTorch", "torch"])["output"].strip()]
        if self.keras:
            told.append(measure.child([self.keras, "-c", tell, "TensorFlow", "tensorflow_cpu", "Keras", "keras"])["output"].strip())
        return ", ".join(told)


def contestants(given, peers):
    """Name, command without the workload, environment."""
    features = ["cuda"] if any(engine.startswith("cuda") for engine in given.engines) else []
    ours = measure.example("imputome-engine", "workload", *features)
    torch = [peers.torch, os.path.join(FOLDER, "pytorch_step.py"), "--device", given.device]
    entrants = {engine: ([ours, "--engine", engine], {}) for engine in given.engines}
    if given.device == "cpu":
        entrants |= {"PyTorch": (torch, HUGE_PAGES), "PyTorch, plain malloc": (torch, {})}
    else:
        entrants |= {"PyTorch": (torch, {}), "PyTorch, compiled": ([*torch, "--compile"], {}),
                     "PyTorch, compiled, TF32": ([*torch, "--compile", "--tf32"], {})}
    if "w3-64" in given.workloads:
        entrants["PyTorch, batched"] = ([*torch, "--batched"], HUGE_PAGES if given.device == "cpu" else {})
    if peers.keras:
        entrants["Keras"] = ([peers.keras, os.path.join(FOLDER, "keras_step.py")], {})
    return entrants


def roofline(given):
    """The program that measures the limits of a core; none where the peers run on a card."""
    if given.device != "cpu":
        return None
    target = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(measure.ROOT, "target")), "roofline")
    manifest = os.path.join(FOLDER, "roofline", "Cargo.toml")
    subprocess.run(["cargo", "build", "--release", "--manifest-path", manifest, "--target-dir", target], check=True)
    return os.path.join(target, "release", "roofline")


def rounds(given, entrants, limits):
    """One row per round, workload, number of threads and contestant, taking turns."""
    rows = []
    for number in range(given.rounds):
        for workload in given.workloads:
            for threads in given.threads:
                peak, traffic = core(limits, threads)
                # Who goes first alternates.
                for name in list(entrants)[::1 if number % 2 == 0 else -1]:
                    if name == "PyTorch, batched" and workload != "w3-64":
                        continue
                    seen = step(entrants[name], workload, threads, given.steps[workload])
                    rows.append({"round": number + 1, "workload": workload, "threads": threads, "who": name, **seen,
                                 "peak": peak, "traffic": traffic})
                    print(rows[-1], file=sys.stderr)
    return rows


def core(limits, threads):
    """GFLOP/s and GB/s of a core while `threads` of them work."""
    if limits is None:
        return float("nan"), float("nan")
    told = measure.child([limits, str(threads)])["output"]
    return tuple(float(re.search(pattern, told)[1]) for pattern in (r"([\d.]+) GFLOP/s,", r"([\d.]+) GB/s"))


def step(contestant, workload, threads, steps, *more):
    command, tunables = contestant
    name, batch = workload.split("-")
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": str(threads), **tunables}
    program, options = (command[:1], command[1:]) if command[1].startswith("-") else (command[:2], command[2:])
    seen = measure.child([*program, name, *options, "--batch", batch, "--threads", str(threads), "--steps", str(steps), *more], environment)
    told = re.search(r"([\d.]+) CPU ms per step, ([\d.]+) wall ms", seen["output"])
    gflop = re.search(r"([\d.]+) GFLOP per step", seen["output"])
    device = re.search(r"device peak ([\d.]+) MiB", seen["output"])
    return {"cpu": float(told[1]), "wall": float(told[2]), "memory": float(device[1]) if device else seen["memory"],
            "gflop": float(gflop[1]) if gflop else None, "losses": re.findall(r"loss ([\d.]+) at", seen["output"])}


def losses(given, entrants):
    """Losses of the first steps from the same weights and samples, without dropout; each network at the first of its batches."""
    told = []
    firsts = {workload.split("-")[0]: workload for workload in reversed(given.workloads)}
    for workload in reversed(firsts.values()):
        for name in entrants:
            if name in (*given.engines, "PyTorch", "Keras"):
                seen = step(entrants[name], workload, 1, CHECKED_STEPS, "--warm-up", "0", "--check")
                told.append({"workload": workload, "who": name, "losses": [float(loss) for loss in seen["losses"][:CHECKED_STEPS]]})
                print(told[-1], file=sys.stderr)
    return told


if __name__ == "__main__":
    main()
