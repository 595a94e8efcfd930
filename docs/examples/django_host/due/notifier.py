"""Notices by Django's own mail."""

from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from due_workflow import Notice, Retry, Undeliverable


class MailNotifier:
    """One message a notice, in French. The same may come twice: firm and id are in headers, for filters to drop it."""

    name = "mail"

    def send(self, notice: Notice) -> None:
        text = notice.text("fr")
        mail = EmailMessage(
            # a fact may hold a line break, which no header may
            subject=" ".join(f"{'[URGENT] ' if notice.urgent else ''}DUE: {text}".split())[:150],
            body=f"{text}\n\n{notice.case}\n",
            from_email=settings.DUE_NOTICES_FROM,
            to=recipients(notice),
            headers={"X-Due-Firm": notice.cabinet, "X-Due-Notice": " ".join(notice.id.split())},
        )
        try:
            mail.send()
        except SMTPRecipientsRefused as error:
            # 4xx is for now, 5xx for ever; a server's words may repeat addresses, so only its code goes on
            code = min(code for code, _ in error.recipients.values())
            raise (Undeliverable if code >= 500 else Retry)(why=f"SMTP {code}") from None
        except (SMTPException, OSError) as error:
            raise Retry(why=type(error).__name__) from None


def recipients(notice: Notice) -> list[str]:
    """Whom the firm's `Policy.tell` names: the client's collaborator by his address, anybody else by the firm's own."""
    people = {to.name for to in notice.to if to.who == "collaborator" and "@" in to.name}
    return sorted(people) if people and all(to.name in people for to in notice.to) else settings.DUE_NOTICES_TO
