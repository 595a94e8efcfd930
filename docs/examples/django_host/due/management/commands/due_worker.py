"""`manage.py due_worker`: one round of the worker, for cron; start it every minute."""

from django.core.management.base import BaseCommand

from due.engine import worker


class Command(BaseCommand):
    help = "Raises the deadlines that have come and delivers the notices that wait, for every firm."

    def handle(self, **options):
        done = worker().run_once()
        self.stdout.write(", ".join(f"{part} {number}" for part, number in done.items()))
