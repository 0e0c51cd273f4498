"""Run by Alembic: the steps in the transaction that `worklist.cases.database.migrate` has begun."""

from alembic import context

from worklist.cases.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
