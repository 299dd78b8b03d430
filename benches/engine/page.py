"""The page of results."""

import statistics
import sys

import measure

# What was asked of the CPU time against PyTorch at two threads, before the engine was written.
ASKED = {"w1-64": 0.60, "w1-128": 0.60, "w2-16": 0.36, "w2-128": 0.72, "w3-64": 0.55}


def write(given, rows, agreement, began, versions):
    told = Rows(rows, "cpu" if given.device == "cpu" else "wall")
    command = " ".join(["python3 benches/engine/run.py", *shown_arguments()])
    parts = ["# Training steps, measured", f"`{command}`; {versions}; {began}.", *([given.note] if given.note else []),
             "Ratios are medians of the ratios within a round, below 1 in our favor; times and memory are medians over rounds. "
             + ("PyTorch is eager with fused Adam, passive waiting and huge-page malloc; ours runs as installed." if given.device == "cpu" else
                "PyTorch is eager with fused Adam and has the batch on the card; ours brings it there in every step. Memory: of ours on the host, of PyTorch on the card."),
             time_table(given, told), "## Threads", thread_table(given, told)]
    if agreement:
        parts += ["## The same loss", f"From the same weights and samples, without dropout: loss of the last of {len(agreement[0]['losses'])} steps, and "
                  "the largest relative difference of ours from a peer over all of them.", loss_table(given, agreement)]
    return "\n\n".join([*parts, "## Raw rows", raw_table(rows)]) + "\n"


def shown_arguments():
    """Arguments without the places of this machine."""
    words = iter(sys.argv[1:])
    for word in words:
        if word in ("--python", "--keras-python", "-o", "--output", "--note"):
            next(words, None)
        else:
            yield word


class Rows:
    def __init__(self, rows, clock):
        self.rows, self.clock = rows, clock

    def series(self, who, workload, threads, what):
        return [row[what] for row in self.rows if (row["who"], row["workload"], row["threads"]) == (who, workload, threads)]

    def median(self, *key):
        values = self.series(*key)
        return statistics.median(values) if values else float("nan")

    def ratio(self, ours, theirs, workload, threads, what=None):
        series = [self.series(who, workload, threads, what or self.clock) for who in (ours, theirs)]
        return f"{measure.median_ratio(*series):.2f}" if all(series) else ""

    def share_of_peak(self, who, workload, threads):
        series = zip(*(self.series(who, workload, threads, what) for what in ("gflop", "cpu", "peak")))
        return statistics.median(gflop / (cpu / 1e3) / peak for gflop, cpu, peak in series)


def time_table(given, told):
    on_processor = given.device == "cpu"
    clock = "CPU ms" if on_processor else "wall ms"
    others = [who for who in dict.fromkeys(row["who"] for row in told.rows) if who not in (*given.engines, "PyTorch")]
    header = ["workload", "threads", "engine", clock, f"PyTorch {clock}", "ratio", *(f"ratio to {who}" for who in others),
              "peak MiB", "PyTorch peak MiB", "ratio of memory"]
    header += ["asked of the ratio", "GFLOP", "core's peak GFLOP/s", "share of peak", "core's memory GB/s"] if on_processor else []
    rows = []
    for workload in given.workloads:
        for threads in given.threads:
            for engine in given.engines:
                row = [workload, str(threads), engine, f"{told.median(engine, workload, threads, told.clock):.1f}",
                       f"{told.median('PyTorch', workload, threads, told.clock):.1f}",
                       f"**{told.ratio(engine, 'PyTorch', workload, threads)}**",
                       *(told.ratio(engine, who, workload, threads) for who in others),
                       f"{told.median(engine, workload, threads, 'memory'):.0f}", f"{told.median('PyTorch', workload, threads, 'memory'):.0f}",
                       told.ratio(engine, "PyTorch", workload, threads, "memory")]
                rows.append(row + (limits(told, engine, workload, threads) if on_processor else []))
    return measure.markdown_table(header, rows)


def limits(told, engine, workload, threads):
    asked = ASKED.get(workload) if threads == 2 else None
    key = (engine, workload, threads)
    return [f"{asked:.2f}" if asked else "", f"{told.median(*key, 'gflop'):.1f}", f"{told.median(*key, 'peak'):.0f}",
            f"{told.share_of_peak(*key):.0%}", f"{told.median(*key, 'traffic'):.0f}"]


def thread_table(given, told):
    """Wall time on each number of threads beside that on the first, in the same round."""
    rows = []
    for workload in given.workloads:
        for who in (*given.engines, "PyTorch"):
            walls = [told.series(who, workload, threads, "wall") for threads in given.threads]
            rows.append([workload, who, *(f"{statistics.median(wall):.1f}" for wall in walls),
                         *(f"{measure.median_ratio(wall, walls[0]):.2f}" for wall in walls[1:])])
    header = ["workload", "who", *(f"wall ms, {threads} threads" for threads in given.threads),
              *(f"{threads} / {given.threads[0]}" for threads in given.threads[1:])]
    return measure.markdown_table(header, rows)


def loss_table(given, agreement):
    peers = [who for who in dict.fromkeys(told["who"] for told in agreement) if who not in given.engines]
    losses = {(told["workload"], told["who"]): told["losses"] for told in agreement}
    rows = []
    for workload in dict.fromkeys(told["workload"] for told in agreement):
        for engine in given.engines:
            ours = losses[workload, engine]
            apart = [max(abs(a / b - 1) for a, b in zip(ours, losses[workload, who])) for who in peers]
            rows.append([workload, engine, f"{ours[-1]:.7f}", *(f"{losses[workload, who][-1]:.7f}" for who in peers), *(f"{value:.0e}" for value in apart)])
    return measure.markdown_table(["workload", "engine", "loss", *peers, *(f"apart from {who}" for who in peers)], rows)


def raw_table(rows):
    header = ["round", "workload", "threads", "who", "CPU ms per step", "wall ms per step", "peak MiB", "core's GFLOP/s", "core's GB/s"]
    raw = [[str(row["round"]), row["workload"], str(row["threads"]), row["who"], *(f"{row[key]:.1f}" for key in ("cpu", "wall", "memory", "peak", "traffic"))]
           for row in rows]
    return measure.markdown_table(header, raw)
