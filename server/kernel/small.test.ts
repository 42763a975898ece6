import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { MovableClock, systemClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import { parseInstant } from "./database.ts";
import { RateLimit } from "./rate-limit.ts";

const start = new Date("2026-03-02T09:00:00Z");

test("clock: frozen stays, running runs at its offset, and each can be set to an instant", () => {
  const frozen = new MovableClock({ frozenAt: start, offsetMs: 0 });
  assert.deepEqual(frozen.now(), start);
  const target = new Date("2027-01-01T00:00:00Z");
  frozen.apply(frozen.settingFor(target));
  assert.deepEqual(frozen.now(), target);
  const running = new MovableClock({ frozenAt: null, offsetMs: 3_600_000 });
  assert.ok(Math.abs(running.now().getTime() - systemClock.now().getTime() - 3_600_000) < 1000);
  running.apply(running.settingFor(target));
  assert.ok(Math.abs(running.now().getTime() - target.getTime()) < 1000);
  assert.equal(running.setting.frozenAt, null);
});

test("rate limit: a burst, then the sustained rate, with the seconds to wait", () => {
  const clock = new MovableClock({ frozenAt: start, offsetMs: 0 });
  const limit = new RateLimit(clock, 2, 4);
  for (let count = 0; count < 4; count += 1) assert.equal(limit.take("a"), undefined);
  assert.equal(limit.take("a"), 1);
  assert.equal(limit.take("b"), undefined, "another credential has its own");
  clock.apply({ frozenAt: new Date(start.getTime() + 1000), offsetMs: 0 });
  assert.equal(limit.take("a"), undefined);
  assert.equal(limit.take("a"), undefined);
  assert.equal(limit.take("a"), 1);
  assert.equal(limit.take("slow", 1), undefined);
  assert.equal(limit.take("slow", 1), 1, "a key's own rate counts");
  clock.apply({ frozenAt: start, offsetMs: 0 });
  assert.equal(limit.take("a"), 1, "a clock set back gives nothing away");
});

test("rate limit: strangers in number make nobody's count start again, and what is given back may be taken", () => {
  const limit = new RateLimit(new MovableClock({ frozenAt: start, offsetMs: 0 }), 1, 2);
  for (let count = 0; count < 2; count += 1) assert.equal(limit.take("busy"), undefined);
  for (let stranger = 0; stranger < 60_000; stranger += 1) {
    limit.take(`stranger ${stranger}`);
    if (stranger % 20_000 === 0) assert.equal(limit.take("busy"), 1, String(stranger));
  }
  assert.equal(limit.take("busy"), 1);
  for (let count = 0; count < 5; count += 1) limit.giveBack("busy");
  for (let count = 0; count < 2; count += 1) assert.equal(limit.take("busy"), undefined);
  assert.equal(limit.take("busy"), 1, "no more than a burst");
  limit.giveBack("unheard of");
});

test("a move that was read before a later one does not undo it", () => {
  const clock = new MovableClock({ frozenAt: start, offsetMs: 0 });
  const later = new Date(start.getTime() + 60_000);
  clock.follow({ frozenAt: later, offsetMs: 0, moves: 2 });
  clock.follow({ frozenAt: start, offsetMs: 0, moves: 1 });
  assert.deepEqual(clock.now(), later);
});

test("config: the documented defaults", () => {
  const config = readConfig({});
  assert.deepEqual(
    [config.host, config.port, config.role, config.demo, config.simulator, config.databaseUrl],
    ["127.0.0.1", 8080, "all", true, true, undefined],
  );
  assert.match(config.dataFolder, /\/data$/);
  assert.equal(readConfig({ FRONTDESK_DEMO: "0" }).simulator, false);
  assert.equal(readConfig({ PUBLIC_URL: "https://x.test/" }).publicUrl, "https://x.test");
});

test("config: everything wrong is said at once, by name, without the values", () => {
  assert.throws(
    () =>
      readConfig({
        PORT: "99999",
        FRONTDESK_ROLE: "boss",
        DATABASE_URL: "mysql://root:hunter2@x",
        FRONTDESK_DEMO: "maybe",
      }),
    (error: Error) => {
      for (const name of ["PORT", "FRONTDESK_ROLE", "DATABASE_URL", "FRONTDESK_DEMO"]) {
        assert.match(error.message, new RegExp(name));
      }
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
  assert.throws(() => readConfig({ FRONTDESK_ROLE: "worker" }), /needs DATABASE_URL/);
  assert.throws(() => readConfig({ FRONTDESK_METRICS_TOKEN: "short" }), /METRICS_TOKEN must have 16/);
  assert.equal(readConfig({ FRONTDESK_METRICS_TOKEN: "" }).metricsToken, undefined);
});

test("instants from the database are read as the general parser reads them", () => {
  const general = pg.types.getTypeParser(1184, "text") as (text: string) => Date;
  for (const text of [
    "2026-03-02 09:00:00+00",
    "2026-03-02 09:00:00.5+00",
    "2026-03-02 09:00:00.123456+00",
    "1969-12-31 23:59:59.999+00",
    "2026-03-02 09:00:00+05:30",
    "0099-03-02 09:00:00+00",
  ]) {
    assert.equal(parseInstant(text).getTime(), general(text).getTime(), text);
  }
});
