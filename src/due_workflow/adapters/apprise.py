"""Notices through Apprise: Teams, Slack, Mattermost, ntfy, SMS and the hundred others that it knows.

Thin on purpose: Apprise says only whether a service took the notice, so a failure is always tried again. Its URLs hold
tokens and passwords: none is shown.
"""

from __future__ import annotations

import apprise

from due_workflow import texts
from due_workflow.base import doors
from due_workflow.errors import InputRefused, Retry
from due_workflow.models import Notice


@doors
class AppriseNotifier:
    """Sends each notice to one or more services, each an Apprise URL.

    Of several in one notifier, all get a repeat when one of them fails: give each its own notifier to keep them apart.

    Args:
        urls: as Apprise writes them: "msteams://…", "slack://…".
        lang: "fr" or "en".
        name: by which it is kept what this notifier has delivered.

    Raises:
        InputRefused: Apprise does not know such a URL, or there is none.
    """

    def __init__(self, *urls: str, lang: str = "fr", name: str = "apprise") -> None:
        self.name, self.lang = name, lang
        self._services = apprise.Apprise()
        bad = [place for place, url in enumerate(urls, 1) if not self._services.add(url)]
        if bad or not urls:
            raise InputRefused("bad_apprise_url", places=bad)

    def __repr__(self) -> str:
        return f"AppriseNotifier({len(self._services)} services)"

    def send(self, notice: Notice) -> None:
        """Hand it to the services. See `due_workflow.ports.Notifier.send`."""
        mark = f"[{texts.render('mail.urgent', self.lang)}] " if notice.urgent else ""
        taken = self._services.notify(
            body=notice.text(self.lang),
            title=mark + " ".join(notice.case.split()),
            notify_type=apprise.NotifyType.WARNING if notice.urgent else apprise.NotifyType.INFO,
            body_format=apprise.NotifyFormat.TEXT,
            interpret_escapes=False,
        )
        if not taken:
            raise Retry(why="apprise_failed")
