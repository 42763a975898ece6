/** The floor: bare node:http and pg, the same SQL on the same table, no authentication, no validation, no walls. */
import { createServer } from "node:http";
import pg from "pg";

const pool = new pg.Pool({
  connectionString: process.env["DATABASE_URL"],
  max: Number(process.env["POOL_SIZE"] ?? 10),
});
pool.on("connect", (client) => void client.query("set pg_trgm.word_similarity_threshold = 0.4"));
const workspaceId = process.env["WORKSPACE_ID"] ?? "";

const columns = `id, public_id, first_name, last_name, email, phone, landline, date_of_birth, job_title, source, notes, metadata,
  address_line1, city, state, postal_code, country, timezone, email_unsubscribed, sms_unsubscribed, created_at, updated_at`;

type Query = { text: string; values: unknown[] };

function queryOf(method: string, url: URL, body: Record<string, unknown>): Query {
  const [, resource, id] = url.pathname.split("/");
  if (resource === "bookings") return bookingQuery(body);
  if (resource === "holds") return holdQuery(body);
  if (resource === "busy") return busyQuery(url);
  if (resource === "receipts") {
    return {
      text: `insert into webhook_receipts (workspace_id, id, provider, kind, provider_id, dedup_key, payload, outcome, received_at)
             values ($1, gen_random_uuid(), 'floor', 'sms', $2, $2, '{}', 'accepted', $3)`,
      values: [workspaceId, body["sid"], new Date()],
    };
  }
  if (method === "POST") {
    const now = new Date();
    return {
      text: `insert into contacts (workspace_id, id, public_id, first_name, last_name, email, phone, source, country, created_at, updated_at)
             values ($1, gen_random_uuid(), 'C-' || floor(random() * 1e9), $2, $3, $4, $5, $6, 'Australia', $7, $7) returning ${columns}`,
      values: [
        workspaceId,
        body["first_name"],
        body["last_name"],
        body["email"],
        body["phone"],
        body["source"],
        now,
      ],
    };
  }
  if (resource === "search") {
    return {
      text: `select id, full_name, word_similarity($2, full_name) as rank from contacts
              where workspace_id = $1 and $2 <% search_text and $2 <% full_name
              order by rank desc limit 25`,
      values: [workspaceId, url.searchParams.get("query")],
    };
  }
  if (id)
    return {
      text: `select ${columns} from contacts where workspace_id = $1 and id = $2`,
      values: [workspaceId, id],
    };
  return {
    text: `select ${columns} from contacts where workspace_id = $1 and source = $2 order by created_at desc, id desc limit 26`,
    values: [workspaceId, url.searchParams.get("source")],
  };
}

function holdQuery(body: Record<string, unknown>): Query {
  const start = new Date(String(body["start"]));
  const end = new Date(start.getTime() + 1_800_000);
  return {
    text: `insert into slot_holds (workspace_id, id, event_type_id, member_id, starts_at, ends_at, blocked_from, blocked_until,
                                   held_by, expires_at, created_at, updated_at)
           values ($1, gen_random_uuid(), $2, $3, $4, $5, $4, $5, 'floor', $6, $7, $7) returning id`,
    values: [
      workspaceId,
      process.env["SERVICE_ID"],
      process.env["MEMBER_ID"],
      start,
      end,
      new Date(Date.now() + 300_000),
      new Date(),
    ],
  };
}

/** What slots are worked out from: who has which hours, and what is taken. */
function busyQuery(url: URL): Query {
  const from = new Date(String(url.searchParams.get("from")));
  const to = new Date(from.getTime() + 30 * 86_400_000);
  return {
    text: `select m.id, a.weekly_hours, busy.times from members m
             left join scheduling_availability a on a.workspace_id = m.workspace_id and a.member_id = m.id
             left join lateral (select array_agg(array[extract(epoch from claimed_from)::float8, extract(epoch from claimed_until)::float8]) as times
               from slot_claims c where c.workspace_id = m.workspace_id and c.subject_id = m.id
                and c.claimed_from < $3 and c.claimed_until > $2) busy on true
            where m.workspace_id = $1`,
    values: [workspaceId, from, to],
  };
}

function bookingQuery(body: Record<string, unknown>): Query {
  const start = new Date(String(body["start"]));
  const end = new Date(start.getTime() + 1_800_000);
  return {
    text: `insert into bookings (workspace_id, id, title, member_id, starts_at, ends_at, blocked_from, blocked_until, timezone,
                                 status, source, created_at, updated_at)
           values ($1, gen_random_uuid(), 'Visit', $2, $3, $4, $3, $4, 'UTC', 'confirmed', 'floor', $3, $3) returning id`,
    values: [workspaceId, process.env["MEMBER_ID"], start, end],
  };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body =
      chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {};
    const query = queryOf(request.method ?? "GET", new URL(request.url ?? "/", "http://floor"), body);
    pool.query(query).then(
      (result) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ data: result.rows }));
      },
      (error: Error) => {
        response.statusCode = (error as { code?: string }).code === "23P01" ? 409 : 500;
        response.end(error.message);
      },
    );
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`listening ${typeof address === "object" ? address?.port : ""}\n`);
});
