"""Reads one table as crates/io/examples/read_table.rs does, with pandas.

usage: python pandas_read.py FILE
"""

import sys
import time

import pandas

cpu, wall = time.process_time(), time.perf_counter()
table = pandas.read_csv(sys.argv[1], sep="\t", index_col=0)
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(f"{table.shape[0]} samples, {table.shape[1]} genes, sum {table.to_numpy().sum():.6e}: "
      f"{cpu:.3f} CPU s, {wall:.3f} wall s")
