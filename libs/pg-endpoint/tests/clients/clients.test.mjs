// node-postgres in rollback mode. Nothing here knows of the endpoint but the
// connection string.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import pg from 'pg';
import Cursor from 'pg-cursor';

const SHOP = process.env.SHOP;

/** Runs a test with a pool on a scratch database of its own. */
function withPool(name, work) {
  test(name, async () => {
    const id = randomUUID();
    const pool = new pg.Pool({ connectionString: `${SHOP}/shop.rollback.${id}`, max: 4 });
    try {
      await work(pool, id);
    } finally {
      await pool.end();
    }
  });
}

async function count(client) {
  const { rows } = await client.query('SELECT count(*)::int AS count FROM note');
  return rows[0].count;
}

for (const time of [1, 2]) {
  withPool(`fixtures of one connection are seen by another, time ${time}`, async (pool) => {
    const [fixtures, code] = [await pool.connect(), await pool.connect()];
    assert.equal(await count(code), 0);
    await fixtures.query('BEGIN');
    const inserted = await fixtures.query("INSERT INTO note (text) VALUES ($1) RETURNING id", ['hello']);
    assert.equal(inserted.rows[0].id, 1);
    await fixtures.query('COMMIT');
    assert.equal(await count(code), 1);
    await code.query('BEGIN');
    await code.query("INSERT INTO note (text) VALUES ('gone')");
    await code.query('ROLLBACK');
    assert.equal(await count(fixtures), 1);
    fixtures.release();
    code.release();
  });
}

withPool('many queries at once take turns', async (pool) => {
  const numbers = Array.from({ length: 50 }, (_, number) => number);
  await Promise.all(numbers.map((number) =>
    pool.query('INSERT INTO note (text) VALUES ($1)', [`note ${number}`])));
  assert.equal(await count(pool), 50);
});

withPool('a failed statement undoes itself alone', async (pool) => {
  await pool.query("INSERT INTO note (text) VALUES ('one')");
  await assert.rejects(pool.query("INSERT INTO note (text) VALUES ('one')"), {
    code: '23505', constraint: 'note_text_key', table: 'note',
  });
  assert.equal(await count(pool), 1);
});

withPool('named statements belong to a connection', async (pool) => {
  const [one, other] = [await pool.connect(), await pool.connect()];
  for (let time = 0; time < 3; time++) {
    const mine = await one.query({ name: 'same', text: 'SELECT $1::int + 1 AS n', values: [time] });
    const theirs = await other.query({ name: 'same', text: 'SELECT $1::int * 10 AS n', values: [time] });
    assert.deepEqual([mine.rows[0].n, theirs.rows[0].n], [time + 1, time * 10]);
  }
  one.release();
  other.release();
});

withPool('cursors are read piece by piece', async (pool) => {
  const [one, other] = [await pool.connect(), await pool.connect()];
  await one.query('BEGIN');
  const cursor = one.query(new Cursor('SELECT generate_series(1, 25) AS n'));
  let seen = 0;
  for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10)) {
    seen += rows.length;
  }
  await cursor.close();
  assert.equal(seen, 25);
  assert.equal(await count(other), 0);
  await one.query('COMMIT');
  one.release();
  other.release();
});

withPool('LISTEN names clone mode', async (pool, id) => {
  await assert.rejects(pool.query('LISTEN news'), (error) =>
    error.code === '0A000' && error.hint.includes(`shop.clone.${id}`));
});

withPool('a test is ended by connecting', async (pool, id) => {
  await pool.query("INSERT INTO note (text) VALUES ('hello')");
  pool.on('error', () => {}); // Its idle connections are closed.
  const end = new pg.Client({ connectionString: `${SHOP}/shop.end.${id}` });
  await end.connect();
  await end.end();
  const next = new pg.Client({ connectionString: `${SHOP}/shop.rollback.${id}` });
  await next.connect();
  assert.equal(await count(next), 0);
  await next.end();
});
