"""The engine's records in Django's own tables. Nothing here looks inside their bytes, and nothing else writes them."""

from django.db import models

from due_workflow.ports import Kind


class Word(models.TextField):
    """A text compared and sorted by code point, as the port asks.

    PostgreSQL would sort by the rules of the database's language; SQLite sorts by code point already.
    """

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class Record(models.Model):
    """One versioned record of one firm. `data` may hold personal data: it is shown nowhere, the admin included."""

    cabinet = Word()
    kind = Word()
    name = Word()
    version = models.PositiveBigIntegerField()
    state = Word()
    data = models.BinaryField()
    # The keys stand twice: here, so that one statement reads a record whole, and in `Key`, to find it by.
    keys = models.JSONField(default=list)
    due = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "kind", "name"], name="due_record_name")]
        indexes = [
            models.Index(fields=["cabinet", "kind", "state", "name"], name="due_record_state"),
            models.Index(fields=["due"], name="due_record_due", condition=models.Q(due__isnull=False)),
        ]

    def __str__(self):
        return f"{self.kind}:{self.name}"


class Key(models.Model):
    """A word by which a record is found. The firm stands here too: one firm's search reads its own rows only."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    cabinet = Word()
    word = Word()

    class Meta:
        indexes = [models.Index(fields=["cabinet", "word"], name="due_key_word")]

    def __str__(self):
        return self.word


class Entry(models.Model):
    """One journal entry; it is only ever added."""

    cabinet = Word()
    kind = Word()
    name = Word()
    seq = models.PositiveBigIntegerField()
    data = models.BinaryField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cabinet", "kind", "name", "seq"], name="due_entry_place")]

    def __str__(self):
        return f"{self.kind}:{self.name} {self.seq}"


class Filings(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(kind=Kind.FILING)


class Filing(Record):
    """The hires' files among the records, for the admin."""

    objects = Filings()

    class Meta:
        proxy = True
        verbose_name = "dossier DUE"
        verbose_name_plural = "dossiers DUE"

    def __str__(self):
        return self.name
