import assert from "node:assert/strict";
import { test } from "node:test";
import { freshEngine } from "../testing/harness.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migrate.ts";

const step = (name: string, text: string): Migration => ({ name, text, checksum: `${name} ${text}` });
const first = step("9001_first.sql", "create table first_thing (id int primary key)");
const second = step("9002_second.sql", "create table second_thing (id int primary key)");

async function fresh() {
  const { engine, drop } = await freshEngine();
  const close = async () => {
    await engine.close();
    await drop();
  };
  return { engine, close };
}

test("several starters at once: one works, the others find nothing to do", async () => {
  const { engine, close } = await fresh();
  const results = await Promise.all(Array.from({ length: 6 }, () => migrate(engine, [first, second])));
  assert.deepEqual(results.flat().toSorted(), [first.name, second.name]);
  assert.deepEqual(await migrate(engine, [first, second]), []);
  await close();
});

test("a file that was changed after it had been applied is refused", async () => {
  const { engine, close } = await fresh();
  await migrate(engine, [first]);
  await assert.rejects(
    migrate(engine, [{ ...first, checksum: "other" }, second]),
    /9001_first.sql was changed after it had been applied/,
  );
  assert.deepEqual(await migrate(engine, [first, second]), [second.name]);
  await close();
});

test("a file that fails leaves nothing of itself, and what came before stays", async () => {
  const { engine, close } = await fresh();
  const broken = step("9002_broken.sql", "create table half_made (id int); select 1/0");
  await assert.rejects(migrate(engine, [first, broken]), /9002_broken.sql failed: division by zero/);
  const { rows } = await engine.pool.query(
    "select to_regclass('half_made') as half, to_regclass('first_thing') as whole",
  );
  assert.deepEqual(rows, [{ half: null, whole: "first_thing" }]);
  assert.deepEqual(await migrate(engine, [first, second]), [second.name]);
  await close();
});

test("the caller is asked before a schema in use changes, and not otherwise", async () => {
  const { engine, close } = await fresh();
  let asked = 0;
  const count = async () => void (asked += 1);
  await migrate(engine, [first], count);
  assert.equal(asked, 1);
  await migrate(engine, [first], count);
  assert.equal(asked, 1);
  await assert.rejects(
    migrate(engine, [first, second], () => Promise.reject(new Error("no room for a snapshot"))),
    /no room/,
  );
  assert.deepEqual(await migrate(engine, [first, second], count), [second.name]);
  await close();
});
