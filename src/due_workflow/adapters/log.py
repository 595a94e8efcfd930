"""Notices to the standard library's `logging`: for a host that watches its logs, and for trials.

Nothing is delivered to a person here, so this notifier never asks to be called again. A notice holds no NIR.
"""

from __future__ import annotations

import logging

from due_workflow.models import Notice


class LogNotifier:
    """Logs each notice once per call: WARNING when it is urgent, else INFO.

    The message is the notice's sentence in `lang`; the record also carries `notice_id`, `notice_code`,
    `notice_urgent`, `notice_case`, `notice_facts`, `notice_at` and `notice_cabinet` for a structured formatter.

    Args:
        logger: a logger or its name.
        lang: "fr" or "en".
        name: by which it is kept what this notifier has delivered.
    """

    def __init__(
        self, logger: logging.Logger | str = "due_workflow.notices", *, lang: str = "fr", name: str = "log"
    ) -> None:
        self.logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self.lang, self.name = lang, name

    def send(self, notice: Notice) -> None:
        """Log it. See `due_workflow.ports.Notifier.send`."""
        self.logger.log(
            logging.WARNING if notice.urgent else logging.INFO,
            "%s [%s]",
            " ".join(notice.text(self.lang).split()),  # one line, whatever the facts hold
            notice.case,
            extra={
                "notice_id": notice.id,
                "notice_code": notice.code,
                "notice_urgent": notice.urgent,
                "notice_case": notice.case,
                "notice_facts": dict(notice.facts),
                "notice_at": notice.at.isoformat(),
                "notice_cabinet": notice.cabinet,
            },
        )
