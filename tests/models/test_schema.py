"""The schema that the migrations build is the one that the models describe."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.db import make_engine
from app.migrate import _config, check_schema, head_revision, migrate
from app.models import Base
from tests.conftest import Databases


def test_models_equal_the_migrated_schema(engine: Engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_index_of_the_models_is_there_with_its_expressions(
    databases: Databases, engine: Engine
):
    made = make_engine(databases.url(databases.create()))
    query = text(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
    )
    with made.begin() as fresh, engine.connect() as migrated:
        fresh.execute(text("CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent"))
        Base.metadata.create_all(fresh)
        assert fresh.execute(query).all() == migrated.execute(query).all()
    made.dispose()


def test_migrating_twice_changes_nothing(engine: Engine):
    migrate(engine)
    check_schema(engine)
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head_revision()


def test_down_and_up_again(engine: Engine):
    from_top = inspect(engine).get_table_names()
    migrate(engine, revision="head")
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(engine)
    assert sorted(inspect(engine).get_table_names()) == sorted(from_top)


def test_every_constraint_has_a_name_of_ours(engine: Engine):
    with engine.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT conname FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid"
                " WHERE t.relnamespace = 'public'::regnamespace AND contype <> 'n'"
                " AND relname <> 'alembic_version'"
            )
        ).all()
    assert names
    assert all(name.startswith(("pk_", "fk_", "uq_", "ck_", "ix_")) for name in names)


def downgrade(engine: Engine) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
