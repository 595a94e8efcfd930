"""A collection of 10,000 pieces over HTTP, against a bare loop that fetches the same pieces and stores nothing.

Both ask the same far end (a process of its own on the loopback) the same questions, two at once over connections that
are kept; the bare loop reads no answer. What the library does beside: it reads the SOAP, unfolds the e-mail, reads the
avis, matches it, moves the hire on, and commits it to disk. A real portal takes tens of milliseconds for an answer, and
hides all of that; on the loopback nothing does.
"""

from __future__ import annotations

import base64
import gzip
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from benchmarks.peer import firm, opened, papers
from due_workflow.adapters import _jedeclare_soap as soap
from due_workflow.adapters.jedeclare import (
    JedeclareAddresses,
    JedeclareCredentials,
    JedeclarePortal,
    LineSettings,
)
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing.avis import avis_xml, eml

PIECES = int(os.environ.get("DUE_COLLECT_PIECES", "10000"))
HELD = 0.13
"""Bare seconds over the library's, at least. Measured: 0.26 with the machine busy; half of it is held."""
KINDS = {"ads": "00", "acs": "01", "ars": "02"}
SERVER = r"""
import re, socket, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
HEAD = (b'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        b'<r:Response xmlns:r="http://experian.com/communicationV2/schemas"><r:codeRetour>00</r:codeRetour>')
TAIL = b"</r:Response></s:Body></s:Envelope>"
listed = Path(sys.argv[1], "list").read_bytes()
pieces = dict(line.split(b" ", 1) for line in Path(sys.argv[1], "pieces").read_bytes().splitlines())
class Far(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = re.search(rb"numero>([^<]+)<[^>]+>(?:<[^>]*typePiece>)([^<]+)<", body)
        inside = b"<r:pieceJointe>%b</r:pieceJointe>" % pieces[asked[2] + b"/" + asked[1]] if asked else listed
        body = HEAD + inside + TAIL
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "text/xml")
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Far)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@contextmanager
def far_end(folder: Path, hires: range) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A far end with the ADS, ACS and ARS of these hires, and what it lists."""
    lines, items, names = [], [], []
    for paper in papers(hires):
        kind, number = KINDS[paper.kind], paper.piece or ""
        names.append((kind, number))
        content = gzip.compress(eml(avis_xml(paper)), mtime=0)
        lines.append(f"{kind}/{number} {base64.b64encode(content).decode()}")
        items.append(
            f"<r:item><r:numero>{number}</r:numero><r:statut>00</r:statut><r:typeDePiece>{kind}</r:typeDePiece>"
            f"<r:numeroADS>{paper.portal_ref}</r:numeroADS></r:item>"
        )
    (folder / "pieces").write_text("\n".join(lines))
    (folder / "list").write_text(f"<r:liste>{''.join(items)}</r:liste>")
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/", names
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def bare(url: str, names: list[tuple[str, str]]) -> float:
    """Seconds to have the list and every piece, two at once, and do nothing with them."""
    who = soap.Identity("cab", "password", "e", "l", "v")
    listing = soap.question("ListeDisponibiliteV2", "RequeteListe", who, [("dateDebut", "01/01/2026")])
    asked = [
        soap.question(
            "DemandeAccuse",
            "RequeteDemandePiece",
            who,
            [("mimeTypeReponse", "application/gzip"), ("numero", number), ("typePiece", kind)],
        )
        for kind, number in names
    ]

    def work(questions: list[bytes]) -> None:
        with httpx2.Client() as client:
            for question in questions:
                assert client.post(url, content=question, headers=soap.HEADERS).status_code == 200

    begun = time.perf_counter()
    work([listing])
    threads = [threading.Thread(target=work, args=(asked[at::2],)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


def test_a_collection_of_ten_thousand_pieces_costs_little_beside_its_http(tmp_path: Path) -> None:
    hires = range(-(-PIECES // 3))
    path = firm(tmp_path / "firm.sqlite", hires)
    with far_end(tmp_path, hires) as (url, names), SqliteStorage(path) as storage:
        flow = opened(storage)
        portal = JedeclarePortal(
            "",
            JedeclareAddresses(url),
            lambda: JedeclareCredentials("cab", "password"),
            line=LineSettings(allow_http=True),
        )
        theirs = bare(url, names)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.perf_counter()
        told = flow.collect(portal)
        ours = time.perf_counter() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        begun = time.perf_counter()
        again = flow.collect(portal)
        skipped = time.perf_counter() - begun
        states = Counter(flow.read.submission(f"E-{n:07d}/test/1").state.value for n in hires[::97])
    assert (told.applied, told.missed, again.known) == (len(names), (), len(names))
    assert set(states) == {"accepted"}
    print(
        f"\n{len(names)} pieces: bare / library = {theirs / ours:.2f}; {len(names) / ours:,.0f} pieces/s, "
        f"{ours / len(names) * 1e6:.0f} µs each, of which HTTP {theirs / len(names) * 1e6:.0f} µs; all known: "
        f"{skipped:.2f} s; memory grew by {grown:.0f} MiB"
    )
    assert grown < 200
    assert theirs / ours >= HELD
