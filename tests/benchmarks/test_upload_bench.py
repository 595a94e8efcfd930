"""Messages written and read, beside lxml doing the bare tree of the same documents.

The bare peer makes the same elements with the same texts in a loop over a flat list, and takes the texts out of a
parsed tree in another: it fits no text, checks nothing, bounds nothing, knows no mode. A ratio of 1 would mean that all
this costs nothing on top.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from lxml import etree

from due_workflow import Declaration, Mode
from due_workflow.adapters.upload import read, write
from due_workflow.testing import factories as make

PER_FILE, ROUNDS = 100, 15
LEAST_WRITTEN, LEAST_READ = 0.3, 0.2


def hires() -> list[Declaration]:
    """As they come: accents in every third name."""
    names = ("Durand", "Lefèvre", "D’Hérouville")
    return [
        make.declaration(f"E-{n:04d}", surname=names[n % 3], birth_place="Saint-Étienne" if n % 2 else "PARIS")
        for n in range(PER_FILE)
    ]


Row = tuple[int, str, str | None]


def rows(data: bytes) -> list[Row]:
    """Every element below the root: its depth, its tag, its text."""
    root = etree.fromstring(data)
    return [(len(list(e.iterancestors())), str(e.tag), e.text if not len(e) else None) for e in root.iter()][1:]


def bare_write(root: etree._Element, flat: list[Row]) -> bytes:
    top = etree.Element(root.tag, nsmap=root.nsmap)
    way = [top]
    for depth, tag, text in flat:
        del way[depth:]
        element = etree.SubElement(way[-1], tag)
        element.text = text
        way.append(element)
    etree.indent(top)
    return bytes(etree.tostring(top, encoding="ISO-8859-1", xml_declaration=True))


def bare_read(data: bytes) -> list[tuple[str, str | None]]:
    return [(str(element.tag), element.text) for element in etree.fromstring(data).iter()]


def best_of(*work: Callable[[], object]) -> list[float]:
    """Milliseconds of each, taken turn by turn so that none has the quieter machine."""
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(ROUNDS):
        for place, one in enumerate(work):
            start = time.process_time()
            one()
            taken[place].append((time.process_time() - start) * 1000)
    return [median(times) for times in taken]


def test_a_message_costs_little_beside_its_bare_tree() -> None:
    declarations = hires()
    data = write(declarations, Mode.TEST)
    root, flat = etree.fromstring(data), rows(data)
    again = etree.fromstring(bare_write(root, flat))
    assert etree.tostring(again, method="c14n") == etree.tostring(root, method="c14n"), "not the same document"
    assert len(read(data).hires) == PER_FILE
    written, bare_written, found, bare_found = best_of(
        lambda: write(declarations, Mode.TEST),
        lambda: bare_write(root, flat),
        lambda: read(data),
        lambda: bare_read(data),
    )
    print(
        f"\na file of {PER_FILE}: written {written:.1f} ms, bare {bare_written:.1f} ms ({bare_written / written:.2f});"
    )
    print(f"  read {found:.1f} ms, bare {bare_found:.1f} ms ({bare_found / found:.2f})")
    assert bare_written / written >= LEAST_WRITTEN
    assert bare_found / found >= LEAST_READ
