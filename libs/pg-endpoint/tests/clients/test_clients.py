"""SQLAlchemy with asyncpg, asyncpg by itself, and psycopg, in rollback mode.

Nothing here knows of the endpoint but the connection string.
"""

import asyncio
import os
import uuid

import asyncpg
import psycopg
import pytest
from psycopg_pool import ConnectionPool
from sqlalchemy import Enum, String, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SHOP = os.environ["SHOP"]


@pytest.fixture
def url():
    """A test's own connection string; what it leaves is seen by nobody."""
    return f"{SHOP}/shop.rollback.{uuid.uuid4()}"


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String)
    mood: Mapped[str] = mapped_column(Enum("glad", "sad", name="mood"), server_default="glad")


def with_sessions(url, work, **options):
    """Runs work with SQLAlchemy's sessions over a pool of connections."""

    async def run():
        engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"), **options)
        try:
            await work(async_sessionmaker(engine, expire_on_commit=False))
        finally:
            await engine.dispose()

    asyncio.run(run())


async def count(session):
    return await session.scalar(select(func.count()).select_from(Note))


@pytest.mark.parametrize("time", [1, 2])
def test_fixtures_of_one_connection_are_seen_by_another(url, time):
    async def work(sessions):
        async with sessions() as fixtures, sessions() as code:
            assert await count(code) == 0
            fixtures.add(Note(text="hello", mood="sad"))
            await fixtures.commit()
            note = await code.scalar(select(Note).where(Note.text == "hello"))
            assert (note.id, note.mood) == (1, "sad")
            await code.rollback()
            async with sessions() as third:
                assert await count(third) == 1

    with_sessions(url, work)


def test_concurrent_sessions_commit(url):
    async def work(sessions):
        async def one(number):
            async with sessions.begin() as session:
                session.add(Note(text=f"note {number}"))

        await asyncio.gather(*(one(number) for number in range(20)))
        async with sessions() as session:
            assert await count(session) == 20

    with_sessions(url, work, pool_size=5)


def test_violations_and_savepoints(url):
    async def work(sessions):
        async with sessions() as session, sessions() as idle:
            assert await count(idle) == 0  # it stays in its transaction
            session.add(Note(text="one"))
            await session.commit()
            session.add(Note(text="one"))
            with pytest.raises(IntegrityError):
                await session.commit()
            await session.rollback()
            with pytest.raises(IntegrityError):
                async with session.begin_nested():
                    session.add(Note(text="one"))
            session.add(Note(text="two"))
            await session.commit()
            await idle.rollback()
            assert await count(idle) == 2

    with_sessions(url, work)


def test_results_are_streamed(url):
    async def work(sessions):
        async with sessions() as session:
            rows = await session.stream(text("SELECT generate_series(1, 500)"))
            assert sum([row[0] async for row in rows]) == 125250

    with_sessions(url, work)


def test_isolation_levels_name_clone_mode(url):
    async def work(sessions):
        async with sessions() as session:
            with pytest.raises(DBAPIError, match="isolation level cannot work in rollback mode"):
                await count(session)

    with_sessions(url, work, isolation_level="SERIALIZABLE")


def with_pool(url, work):
    """Runs work with a pool of asyncpg."""

    async def run():
        async with asyncpg.create_pool(url, min_size=2, max_size=4) as pool:
            await work(pool)

    asyncio.run(run())


def test_asyncpg_resets_and_reuses_connections(url):
    async def work(pool):
        for number in range(10):
            async with pool.acquire() as connection:
                await connection.execute(f"SET application_name = 'mine {number}'")
                await connection.execute("INSERT INTO note (text) VALUES ($1)", f"note {number}")
        assert await pool.fetchval("SELECT count(*) FROM note") == 10
        assert "mine" not in await pool.fetchval("SHOW application_name")

    with_pool(url, work)


def test_asyncpg_copies_and_pipelines(url):
    async def work(pool):
        records = [(f"copied {number}",) for number in range(1000)]
        async with pool.acquire() as connection:
            await connection.copy_records_to_table("note", records=records, columns=["text"])
        await pool.executemany("INSERT INTO note (text) VALUES ($1)", [("a",), ("b",)])
        # A pipeline that fails undoes all of itself.
        with pytest.raises(asyncpg.UniqueViolationError):
            await pool.executemany("INSERT INTO note (text) VALUES ($1)", [("c",), ("a",)])
        assert await pool.fetchval("SELECT count(*) FROM note") == 1002

    with_pool(url, work)


def test_asyncpg_cursors_and_nested_transactions(url):
    async def work(pool):
        async with pool.acquire() as one, pool.acquire() as other:
            async with one.transaction():
                seen = []
                async for row in one.cursor("SELECT generate_series(1, 120)", prefetch=50):
                    seen.append(row[0])
                    if row[0] % 40 == 0:
                        assert await other.fetchval("SELECT 1") == 1
                assert len(seen) == 120
            with pytest.raises(ZeroDivisionError):
                async with one.transaction():
                    await one.execute("INSERT INTO note (text) VALUES ('gone')")
                    async with one.transaction():
                        await one.execute("INSERT INTO note (text) VALUES ('too')")
                    raise ZeroDivisionError
            assert await other.fetchval("SELECT count(*) FROM note") == 0

    with_pool(url, work)


def test_asyncpg_gives_up_after_a_time(url):
    async def work(pool):
        async with pool.acquire() as connection:
            with pytest.raises(TimeoutError):
                await connection.execute("SELECT pg_sleep(30)", timeout=0.2)
            assert await connection.fetchval("SELECT 1") == 1

    with_pool(url, work)


def test_asyncpg_cannot_listen_and_is_told(url):
    async def work(pool):
        async with pool.acquire() as connection:
            with pytest.raises(asyncpg.FeatureNotSupportedError) as refused:
                await connection.add_listener("news", print)
            assert ".clone." in refused.value.hint

    with_pool(url, work)


def test_psycopg_transactions(url):
    with psycopg.connect(url) as one, psycopg.connect(url) as other:
        one.execute("INSERT INTO note (text) VALUES (%s)", ["hello"])
        one.commit()
        assert other.execute("SELECT text FROM note").fetchone() == ("hello",)
        with pytest.raises(psycopg.errors.UniqueViolation):
            one.execute("INSERT INTO note (text) VALUES ('hello')")
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            one.execute("SELECT 1")
        one.rollback()
        with one.transaction():
            with pytest.raises(ZeroDivisionError), one.transaction():
                one.execute("INSERT INTO note (text) VALUES ('gone')")
                raise ZeroDivisionError
            one.execute("INSERT INTO note (text) VALUES ('two')")
        one.commit()
        assert other.execute("SELECT count(*) FROM note").fetchone() == (2,)


def test_psycopg_prepares_and_deallocates(url):
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as one:
        one.prepared_max = 2
        for column in range(5):
            for _ in range(3):
                sql = f"SELECT %s::int + {column}"
                assert one.execute(sql, [1]).fetchone() == (1 + column,)


def test_psycopg_cursors_copy_and_pipelines(url):
    with psycopg.connect(url) as one, psycopg.connect(url, autocommit=True) as other:
        with one.cursor("same") as mine, one.cursor() as plain:
            mine.itersize = 10
            mine.execute("SELECT generate_series(1, 35)")
            assert len(list(mine)) == 35
            with plain.copy("COPY note (text) FROM STDIN") as copy:
                for number in range(100):
                    copy.write_row([f"row {number}"])
            with plain.copy("COPY (SELECT text FROM note) TO STDOUT") as copy:
                assert len(list(copy.rows())) == 100
        one.commit()
        with other.pipeline(), other.cursor() as cursor:
            for number in range(5):
                cursor.execute("INSERT INTO note (text) VALUES (%s)", [f"pipeline {number}"])
        assert other.execute("SELECT count(*) FROM note").fetchone() == (105,)


def test_psycopg_pools_and_notices(url):
    with ConnectionPool(url, min_size=2, max_size=3) as pool:
        notices = []
        with pool.connection() as connection:
            connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
            connection.execute("DO $$ BEGIN RAISE NOTICE 'careful'; END $$")
            connection.execute("INSERT INTO note (text) VALUES ('pooled')")
        assert notices == ["careful"]
        with pool.connection() as connection:
            assert connection.execute("SELECT text FROM note").fetchall() == [("pooled",)]


def test_a_rollback_that_would_undo_another_s_work_is_refused(url):
    one, other = psycopg.connect(url), psycopg.connect(url, autocommit=True)
    one.execute("INSERT INTO note (text) VALUES ('mine')")
    other.execute("INSERT INTO note (text) VALUES ('theirs')")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="another client has written"):
        one.rollback()
    with pytest.raises(psycopg.errors.FeatureNotSupported):
        other.execute("SELECT 1")
    one.close()
    other.close()
