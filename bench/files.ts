/**
 * What leaves and what arrives, over real HTTP against a process of its own: 250,000 contacts as XLSX and CSV (seconds, first byte,
 * the process's memory over what it had before), then 100,000 rows of CSV imported, one in a hundred of them wrong.
 * BENCH_EXPORT_ROWS and BENCH_IMPORT_ROWS say how much.
 */
import pg from "pg";
import { residentMb, quiet, startFrontdesk, stopProgram } from "./measure.ts";
import { dropDatabase, open, prepare, recreateDatabase } from "./setup.ts";

const exportRows = Number(process.env["BENCH_EXPORT_ROWS"] ?? 250_000);
const importRows = Number(process.env["BENCH_IMPORT_ROWS"] ?? 100_000);
const name = "frontdesk_bench_files";
const pauseMs = 250;

export type FileFigure = {
  what: string;
  rows: number;
  seconds: number;
  firstByteMs: number | undefined;
  memoryMb: number;
  notes: string;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Watches the memory of a process while `work` runs; answers how much it rose over what it was. */
async function watched<T>(pid: number, work: () => Promise<T>): Promise<{ value: T; memoryMb: number }> {
  const before = await residentMb(pid);
  let most = before;
  let over = false;
  const watching = (async () => {
    while (!over) {
      most = Math.max(most, await residentMb(pid));
      await pause(50);
    }
  })();
  try {
    const value = await work();
    return { value, memoryMb: most - before };
  } finally {
    over = true;
    await watching;
  }
}

async function inDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Fills the contacts without the trigram indexes, which would take most of the time; answers how to make them again. */
async function fill(client: pg.Client, workspaceId: string): Promise<string[]> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    "select indexname, indexdef from pg_indexes where tablename = 'contacts' and indexdef like '%gin%'",
  );
  for (const { indexname } of rows) await client.query(`drop index ${indexname}`);
  await client.query(
    `insert into contacts (workspace_id, id, public_id, first_name, last_name, email, phone, date_of_birth, job_title, source,
       notes, city, postal_code, created_at, updated_at)
     select $1, gen_random_uuid(), 'C-' || n, 'First ' || n, 'Last ' || n, 'person' || n || '@example.com',
       '+6141' || lpad(n::text, 7, '0'), date '1950-01-01' + n % 20000, 'Job ' || n % 100, 'website',
       'Called about a leaking tap, number ' || n, 'Sydney', lpad((n % 10000)::text, 4, '0'),
       now() - n * interval '1 second', now()
     from generate_series(1, $2::int) n`,
    [workspaceId, exportRows],
  );
  await client.query("analyze");
  return rows.map(({ indexdef }) => indexdef);
}

type Caller = { base: string; key: string; pid: number };

async function call({ base, key }: Caller, method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

const columns = [
  "public_id",
  "first_name",
  "last_name",
  "email",
  "phone",
  "date_of_birth",
  "job_title",
  "source",
  "notes",
  "city",
  "email_unsubscribed",
  "created_at",
].map((field, index) => ({
  id: `0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a${10 + index}`,
  source: "root",
  field,
}));

async function measureExport(caller: Caller, format: "xlsx" | "csv", sorted: boolean): Promise<FileFigure> {
  const sort = sorted ? [{ column_id: columns[2]?.id }] : [];
  const template = { name: "All", root_entity: "contact", columns, output: { format }, sort };
  const made = (await (await call(caller, "POST", "/exports/templates", template)).json()) as {
    data: { id: string };
  };
  const { value, memoryMb } = await watched(caller.pid, async () => {
    const from = performance.now();
    const response = await call(caller, "POST", `/exports/templates/${made.data.id}/run`, {});
    let bytes = 0;
    let firstByteMs: number | undefined;
    for await (const chunk of response.body ?? []) {
      firstByteMs ??= performance.now() - from;
      bytes += (chunk as Uint8Array).length;
    }
    const rows = Number(response.headers.get("x-row-count"));
    return { rows, bytes, firstByteMs, seconds: (performance.now() - from) / 1000 };
  });
  return {
    what: `export ${format.toUpperCase()}${sorted ? ", sorted by last name" : ""}`,
    rows: value.rows,
    seconds: value.seconds,
    firstByteMs: value.firstByteMs,
    memoryMb,
    notes: `12 columns, ${(value.bytes / 1024 / 1024).toFixed(1)} MB`,
  };
}

function importFile(): string {
  const rows = Array.from({ length: importRows }, (_, index) => {
    const mail = index % 100 === 50 ? "not an address" : `new${index}@example.org`;
    const phone = `+6142${String(index).padStart(7, "0")}`;
    return `New ${index},Person,${mail},${phone},Perth,"Wants a quote, soon"`;
  });
  return `First name,Last name,E-mail,Phone,City,Notes\n${rows.join("\n")}\n`;
}

type Shown = {
  data: {
    id: string;
    status: string;
    failure: string | null;
    progress: Record<string, number>;
    dry_run: { finished: boolean } | null;
  };
};

async function untilDone(caller: Caller, id: string, done: (shown: Shown) => boolean): Promise<Shown> {
  for (;;) {
    const shown = (await (await call(caller, "GET", `/imports/${id}`)).json()) as Shown;
    if (shown.data.status === "failed") throw new Error(String(shown.data.failure));
    if (done(shown)) return shown;
    await pause(pauseMs);
  }
}

async function measureImport(caller: Caller): Promise<FileFigure[]> {
  const file = importFile();
  const lines: FileFigure[] = [];
  const timed = async (what: string, work: () => Promise<string>) => {
    const from = performance.now();
    const { value, memoryMb } = await watched(caller.pid, work);
    const seconds = (performance.now() - from) / 1000;
    lines.push({ what, rows: importRows, seconds, firstByteMs: undefined, memoryMb, notes: value });
  };
  let id = "";
  await timed("import: upload and staging", async () => {
    const response = await fetch(`${caller.base}/api/v1/imports?entity=contacts&filename=new.csv`, {
      method: "POST",
      headers: { authorization: `Bearer ${caller.key}`, "content-type": "text/csv" },
      body: file,
    });
    if (!response.ok) throw new Error(await response.text());
    id = ((await response.json()) as Shown).data.id;
    return `${(file.length / 1024 / 1024).toFixed(1)} MB of CSV`;
  });
  await timed("import: dry run", async () => {
    await call(caller, "POST", `/imports/${id}/dry-run`);
    const { data } = await untilDone(caller, id, (shown) => shown.data.dry_run?.finished === true);
    return JSON.stringify(data.dry_run);
  });
  await timed("import: run, told apart by e-mail", async () => {
    await call(caller, "POST", `/imports/${id}/run`);
    const { data } = await untilDone(caller, id, (shown) => shown.data.status === "completed");
    return `${data.progress["created"]} created, ${data.progress["failed"]} wrong`;
  });
  return lines;
}

/** Measures exports and imports on a database of their own on `server`. */
export async function measureFiles(server: string): Promise<FileFigure[]> {
  const url = await recreateDatabase(server, name);
  const running = await open({ DATABASE_URL: url });
  const ground = await prepare(running);
  await running.close();
  const indexes = await inDatabase(url, (client) => fill(client, ground.workspaceId));
  const { child, match } = await startFrontdesk({ DATABASE_URL: url, ...quiet });
  try {
    const caller = { base: `http://127.0.0.1:${match[1]}`, key: ground.key, pid: child.pid ?? 0 };
    await measureExport(caller, "csv", false);
    const figures = [
      await measureExport(caller, "xlsx", false),
      await measureExport(caller, "csv", false),
      await measureExport(caller, "xlsx", true),
    ];
    await inDatabase(url, async (client) => {
      for (const definition of indexes) await client.query(definition);
    });
    return [...figures, ...(await measureImport(caller))];
  } finally {
    await stopProgram(child);
    await dropDatabase(server, name);
  }
}
