"""The second ring: kills, crowds, hostile bytes, mutants. Run on purpose, never by a plain `pytest`.

``python -m pytest tests/trials`` runs every trial at its small size (about five minutes on two cores).
``DUE_TRIALS=full python -m pytest tests/trials`` runs them at full size (an hour or more). One variable, no other:

| trial | small | full |
|---|---|---|
| `test_crash` kills of a working process | 120 on one file | 200 on each of ten |
| `test_crash` kills while the file is made | 40, and after every statement | 400, and after every statement |
| `test_crash` kills after every statement of six commands | 1 seed | 10 seeds |
| `test_hammer` processes × commands | 4 × 40 | 8 × 400 |
| `test_hammer` claimers × due records | 3 × 120 | 6 × 3000 |
| `test_fuzz` examples of each property | 150 | 5000 |
| `test_upload_fuzz` seconds of each fuzzer | 8 | 300 |
| `test_nir_fuzz` examples of each property | 200 | 10000 |
| `test_folder_crowd` turns of 120 parcels | 6 | 100 |
| `test_chaos` workers, hires, kills, crashes of the server | 6, 240, 10, 1 | 16, 20000, 200, 5 |
| `test_sql_restarts` stops and crashes of the server, at two levels | 4 | 60 |
| `test_wire_faults` hires under each fault, under a mixture | 16, 80 | 120, 2000 |
| `test_wire_faults` kills of a sender, hires | 10, 120 | 120, 2160 |
| `test_report_size` filings of a report | 3,000 | 100,000 |
| `test_mutation` mutants of the rules | 12 of each module | all, about 2,200 |

Every random choice comes from a seed that is printed; ``DUE_SEED=<n>`` repeats it.
"""

from __future__ import annotations

import os
import time
from typing import TypeVar

T = TypeVar("T")

FULL = os.environ.get("DUE_TRIALS", "small") == "full"
SEED = int(os.environ.get("DUE_SEED") or time.time_ns() % 10**9)


def size(small: T, full: T) -> T:
    """What this run is to take."""
    return full if FULL else small
