"""How a database comes to the SQL storage's tables, step by step. A revision that was released is never edited.

The steps take what they need as arguments (`op`, the prefix, the schema), so that they run inside a host's own
Alembic migration as well as by themselves; `due_workflow.adapters._sql_schema` runs them.
"""
