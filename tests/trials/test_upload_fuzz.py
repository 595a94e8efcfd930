"""Messages damaged in every way, and plain bytes: the reader answers with an error of ours, quickly, in bounded memory.

Damage is of bytes (as in `test_fuzz`) and of the tree: elements moved, doubled, taken out, renamed, nested, filled with
others' texts. What is still read is held to what was written: its mode is the one that its indicator says, and it is
read the same again.
"""

from __future__ import annotations

import multiprocessing
import time
from copy import deepcopy
from multiprocessing.connection import Connection
from random import Random
from resource import RUSAGE_SELF, getrusage

import pytest
from lxml import etree

from due_workflow import InputRefused, Mode
from due_workflow.adapters.upload import mode_of, read, write
from due_workflow.message import STANDARD, MessageFormat
from due_workflow.testing import factories as f
from trials import SEED, size
from trials.test_fuzz import _told, damaged

SECONDS = size(8, 300)
"""How long each of the two fuzzers goes on."""
LONGEST = 3.0
"""Seconds of the processor that one file may take, whatever it holds."""
LARGEST = 64 * 1024
"""Kilobytes that the memory of the process may grow by for one file."""
INDICATOR = "FR_DUE_Upload.Test.Indicator"
FORK = multiprocessing.get_context("fork")
FORM = MessageFormat(usual_name=True, second_lines=True, trial_days=True)


def seeds_of(mode: Mode) -> bytes:
    hires = [f.declaration(f"E-{n}", usual_name="Martin") for n in range(3)]
    return write(hires, mode, FORM)


FILES = (seeds_of(Mode.TEST), seeds_of(Mode.REAL))


def disturbed(data: bytes, rng: Random) -> bytes:
    """`data` with a few elements moved, doubled, taken out, renamed, emptied, nested or told other texts."""
    root = etree.fromstring(data)
    for _ in range(rng.randint(1, 5)):
        elements = list(root.iter())
        one, other = rng.choice(elements[1:] or elements), rng.choice(elements)
        parent = one.getparent()
        match rng.randrange(7):
            case 0 if parent is not None:
                parent.remove(one)
            case 1 if parent is not None:
                parent.insert(rng.randrange(len(parent) + 1), deepcopy(one))
            case 2:
                one.tag = rng.choice((other.tag, "x", "{urn:x}y", f"N{f.nir(1)}"))
            case 3:
                one.text = rng.choice((other.text, None, "", " ", "1", "120", "x" * 300, "\x85", "é", f.nir(2)))
            case 4:
                one.append(deepcopy(other) if len(elements) < 2_000 else etree.Element("z"))
            case 5:
                one.set(rng.choice(("a", "{urn:x}b", "nil")), "x")
            case _:
                one.tail = rng.choice(("loose", " ", None))
    return (
        b'<?xml version="1.0" encoding="ISO-8859-1"?>'
        + bytes(etree.tostring(root, encoding="ISO-8859-1")).split(b"?>")[-1]
    )


def answered(data: bytes, form: MessageFormat) -> bool:
    """Whether the bytes were read; every refusal is one of ours and holds nothing of a NIR."""
    mode, found, refusals = None, None, []
    try:
        mode = mode_of(data, form)
    except InputRefused as refused:
        refusals.append(refused)
    try:
        found = read(data, form)
    except InputRefused as refused:
        refusals.append(refused)
    for refused in refusals:
        _told(refused)
        said = refused.text("fr") + refused.text("en") + refused.json()
        assert not any(f.nir(n)[:13] in said for n in range(5))
        assert len(refused.problems) <= 100
    if found is None:
        return False
    assert found.mode is mode
    assert (etree.fromstring(data).findtext(INDICATOR) or "").strip() == form.indicator(found.mode)
    assert read(data, form) == found
    assert len(found.unknown) <= 100
    return True


@pytest.mark.parametrize("damage", [damaged, disturbed], ids=["bytes", "elements"])
def test_a_damaged_message_is_read_or_refused_in_bounded_time(damage: type) -> None:
    rng = Random(f"{SEED}")
    end = time.monotonic() + SECONDS
    tried = taken = 0
    longest = 0.0
    while time.monotonic() < end:
        data = damage(rng.choice(FILES), rng)
        start = time.process_time()
        taken += answered(data, rng.choice((STANDARD, FORM)))
        longest = max(longest, time.process_time() - start)
        tried += 1
    print(f"seed {SEED}: {tried} files, {taken} of them read; the longest took {longest * 1000:.0f} ms")
    assert tried > 100
    assert 0 < taken < tried
    assert longest < LONGEST


def test_plain_bytes_are_refused() -> None:
    rng = Random(f"{SEED}")
    head = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
    for _ in range(size(2_000, 100_000)):
        noise = rng.randbytes(rng.randint(0, 400))
        assert not answered(rng.choice((b"", head, head + b"<FR_DUE_Upload>")) + noise, STANDARD)


def hostile(kind: str, room: int) -> bytes:
    """The largest file of its kind that is still looked at."""
    head, tail = FILES[0].split(b"</FR_DuesGroup>")
    filler = {
        "elements": b"<a/>",
        "long names": b"<" + b"n" * 900 + b"/>",
        "text": b"loose text ",
        "attributes": b"",
        "references": b"&#233;",
        "hires": FILES[0][FILES[0].index(b"    <FR_EmployeeGroup>") : FILES[0].index(b"  </FR_DuesGroup>")],
        "deep": b"<a>",
    }[kind]
    if kind == "attributes":
        count = min(room // 12, 20_000)
        return head + b"<x " + b" ".join(b'a%d="1"' % n for n in range(count)) + b"/></FR_DuesGroup>" + tail
    tags = filler.count(b"<")
    count = min(room // len(filler), 20_000 // tags if tags else room)
    return head + filler * count + b"</FR_DuesGroup>" + tail


KINDS = ("elements", "long names", "text", "attributes", "references", "hires", "deep")


def weighed(kind: str, pipe: Connection) -> None:
    """In a forked process, whose peak of memory begins at what it has: the time and the memory that one file takes."""
    data = hostile(kind, 1_500_000)
    before, start = getrusage(RUSAGE_SELF).ru_maxrss, time.process_time()
    answered(data, STANDARD)
    pipe.send((len(data), time.process_time() - start, getrusage(RUSAGE_SELF).ru_maxrss - before))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_as_large_as_is_looked_at_takes_bounded_time_and_memory(kind: str) -> None:
    mine, its = FORK.Pipe(duplex=False)
    process = FORK.Process(target=weighed, args=(kind, its))
    process.start()
    its.close()
    length, taken, grown = mine.recv()
    process.join()
    print(f"{kind}: {length:,} bytes, {taken * 1000:.0f} ms, {grown / 1024:.1f} MB")
    assert taken < LONGEST
    assert grown < LARGEST


def test_a_file_beyond_the_bound_is_not_even_parsed() -> None:
    data = FILES[0] + b" " * 60_000_000
    start = time.process_time()
    assert not answered(data, STANDARD)
    assert time.process_time() - start < 1
