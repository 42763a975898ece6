/**
 * API keys and org-scoped tokens. A key is shown once and stored as a SHA-256: it has 256 random bits of its own, so
 * a slow hash would protect nothing. Looking one up for every call would cost a round trip, so found keys are
 * remembered for a few seconds; revoking or changing one is announced to every node, which forgets it at once.
 */
import { createHash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Actor, ApprovalLevel } from "./actor.ts";
import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import { newId } from "./ids.ts";
import type { Log } from "./log.ts";
import { LookUpBudget } from "./look-up-budget.ts";
import type { TenantStore } from "./store.ts";

/** consent: an agent's, for as long as a person lets it speak for them. */
export type CredentialKind = "workspace" | "private" | "consent";

export type NewCredential = {
  workspaceId: string;
  kind: CredentialKind;
  name: string;
  scopes: readonly string[];
  approvalLevel: ApprovalLevel;
  mode?: "live" | "test";
  createdBy?: string;
  expiresAt?: Date;
  ratePerSecond?: number;
};

export type IssuedCredential = { id: string; secret: string; prefix: string };

/** What whoever sends one hears, whatever is wrong with it. */
export const notInForce = "This key is not valid: unknown, revoked or expired.";

const channel = "frontdesk_credentials";
/** How much of a secret stays readable, so that people can tell their keys apart. */
const shownLength = 14;
const rememberedMs = 10_000;
const rememberedAtMost = 10_000;

type Remembered = { actor: Actor | undefined; kind: CredentialKind; until: number; expiresAt: number };

export class Credentials {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  /** What strangers may have looked up; sessions draw on it too. */
  readonly lookUps: LookUpBudget;
  readonly #remembered = new Map<string, Remembered>();
  readonly #lookingUp = new Map<string, Promise<Remembered>>();
  readonly #used = new Map<string, { workspaceId: string; at: Date }>();
  #stopListening: (() => Promise<void>) | undefined;

  constructor(database: Database, clock: Clock, log: Log) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    this.lookUps = new LookUpBudget(clock);
  }

  async start(): Promise<void> {
    const forgetAll = () => this.#forgetAll();
    this.#stopListening = await this.#database.engine.listen(channel, forgetAll, forgetAll);
  }

  async stop(): Promise<void> {
    await this.#stopListening?.();
    await this.flushUse();
  }

  /** Makes a credential and answers its secret, which nobody can read again. */
  async issue(wanted: NewCredential): Promise<IssuedCredential> {
    const { row, issued } = this.#made(wanted);
    await this.#database.system("authenticate", (kysely) =>
      kysely
        .insertInto("api_keys")
        .values(row as never)
        .execute(),
    );
    return issued;
  }

  /** The same in the caller's transaction, whose workspace it is for: there is a credential if that commits. */
  async issueIn(db: TenantStore, wanted: Omit<NewCredential, "workspaceId">): Promise<IssuedCredential> {
    const { row, issued } = this.#made({ ...wanted, workspaceId: db.workspaceId });
    await db.insert("api_keys", row as never).execute();
    return issued;
  }

  #made(wanted: NewCredential) {
    const secret = newSecret(labelOf(wanted));
    const now = this.#clock.now();
    const row = {
      workspace_id: wanted.workspaceId,
      id: newId(now),
      kind: wanted.kind,
      name: wanted.name,
      prefix: secret.slice(0, shownLength),
      secret_hash: hashOf(secret),
      scopes: [...wanted.scopes],
      approval_level: wanted.approvalLevel,
      created_at: now,
      created_by: wanted.createdBy ?? null,
      expires_at: wanted.expiresAt ?? null,
      rate_per_second: wanted.ratePerSecond ?? null,
    };
    return { row, issued: { id: row.id, secret, prefix: row.prefix } };
  }

  /** A new secret for an existing credential, or undefined if there is none in force; the old one stops working at once. */
  async rotate(workspaceId: string, id: string): Promise<IssuedCredential | undefined> {
    const rotated = await this.#database.system("authenticate", async (kysely) => {
      const row = await kysely
        .selectFrom("api_keys")
        .select("prefix")
        .where("workspace_id", "=", workspaceId)
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .forUpdate()
        .executeTakeFirst();
      if (!row) return undefined;
      const secret = newSecret(row.prefix.split("_")[1] ?? "live");
      const prefix = secret.slice(0, shownLength);
      await kysely
        .updateTable("api_keys")
        .set({ secret_hash: hashOf(secret), prefix })
        .where("workspace_id", "=", workspaceId)
        .where("id", "=", id)
        .execute();
      return { id, secret, prefix };
    });
    if (rotated) await this.#announce();
    return rotated;
  }

  /** Ends a credential at once; answers whether there was one in force. */
  async revoke(workspaceId: string, id: string): Promise<boolean> {
    const now = this.#clock.now();
    const revoked = await this.#database.system("authenticate", (kysely) =>
      kysely
        .updateTable("api_keys")
        .set({ revoked_at: now })
        .where("workspace_id", "=", workspaceId)
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .returning("id")
        .execute(),
    );
    await this.#announce();
    return revoked.length > 0;
  }

  /** Ends a credential in the caller's transaction; all nodes hear of it with the commit. */
  async revokeIn(db: TenantStore, id: string, now: Date): Promise<void> {
    await db
      .update("api_keys")
      .set({ revoked_at: now } as never)
      .where("id", "=", id)
      .where("revoked_at", "is", null)
      .execute();
    await this.#announceIn(db);
  }

  /**
   * Ends every credential that a member made, in the caller's transaction, and answers their ids; all nodes hear of it with
   * the commit.
   */
  async revokeMadeBy(db: TenantStore, memberId: string, now: Date): Promise<string[]> {
    const revoked = await db
      .update("api_keys")
      .set({ revoked_at: now } as never)
      .where("created_by", "=", memberId)
      .where("revoked_at", "is", null)
      .returning("id")
      .execute();
    await this.#announceIn(db);
    return revoked.map(({ id }) => id);
  }

  /**
   * Who a secret belongs to, or undefined: unknown, revoked, expired and of the wrong kind look the same. Throws a 429 when too
   * many secrets from this address were unknown.
   */
  async actorOf(secret: string, kind: CredentialKind, address: string): Promise<Actor | undefined> {
    const hash = hashOf(secret);
    const now = this.#clock.now();
    let known = this.#remembered.get(hash);
    if (!known || known.until < now.getTime() || known.until > now.getTime() + rememberedMs) {
      known = await this.#lookUpOnce(hash, address, now);
    }
    if (!known.actor || known.kind !== kind || known.expiresAt <= now.getTime()) return undefined;
    const { workspaceId } = known.actor;
    if (workspaceId) this.#used.set(known.actor.id, { workspaceId, at: now });
    return known.actor;
  }

  /** The actor that a row of api_keys stands for. */
  actorOfRow(row: KeyRow): Actor {
    return actorOfRow(row);
  }

  /** The actor behind a key as it is today, by id. It takes a connection, so never inside a transaction of one's own. */
  async actorById(workspaceId: string, id: string): Promise<Actor | undefined> {
    const now = this.#clock.now();
    const row = await this.#database.system("authenticate", (kysely) =>
      kysely
        .selectFrom("api_keys")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .where("id", "=", id)
        .executeTakeFirst(),
    );
    if (!row || row.revoked_at || (row.expires_at && row.expires_at <= now)) return undefined;
    return actorOfRow(row);
  }

  /** Writes the last-used times gathered since the last flush: one statement per flush, none per request. */
  async flushUse(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used.clear();
    try {
      await this.#database.system("flush-last-used", async (kysely) => {
        // Locked in one order, because other nodes write of the same keys.
        await sql`
          with used as (
            select * from unnest(${used.map(([, one]) => one.workspaceId)}::uuid[], ${used.map(([id]) => id)}::uuid[],
                                 ${used.map(([, one]) => one.at)}::timestamptz[]) as used (workspace_id, id, at)),
          locked as (
            select api_keys.workspace_id, api_keys.id, used.at from api_keys join used using (workspace_id, id)
             order by api_keys.workspace_id, api_keys.id for update of api_keys)
          update api_keys set last_used_at = greatest(last_used_at, locked.at) from locked
           where api_keys.workspace_id = locked.workspace_id and api_keys.id = locked.id`.execute(kysely);
      });
    } catch (error) {
      this.#log.warn({ error: (error as Error).message }, "last-used times could not be written");
    }
  }

  /** Looks a secret up for all who come with it at once. What was asked before everything was forgotten is not remembered. */
  #lookUpOnce(hash: string, address: string, now: Date): Promise<Remembered> {
    const running = this.#lookingUp.get(hash);
    if (running) return running;
    const isGood = ({ actor }: Remembered) => actor !== undefined;
    const started = this.lookUps
      .spend(address, hash, () => this.#lookUp(hash, now), isGood)
      .then((known) => {
        if (this.#lookingUp.get(hash) === started) this.#remember(hash, known);
        return known;
      })
      .finally(() => {
        if (this.#lookingUp.get(hash) === started) this.#lookingUp.delete(hash);
      });
    this.#lookingUp.set(hash, started);
    return started;
  }

  #remember(hash: string, known: Remembered): void {
    this.#remembered.delete(hash);
    this.#remembered.set(hash, known);
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size > rememberedAtMost) this.#remembered.delete(oldest);
  }

  #forgetAll(): void {
    this.#remembered.clear();
    this.#lookingUp.clear();
  }

  async #lookUp(hash: string, now: Date): Promise<Remembered> {
    const row = await this.#database.system("authenticate", (kysely) =>
      kysely.selectFrom("api_keys").selectAll().where("secret_hash", "=", hash).executeTakeFirst(),
    );
    const until = now.getTime() + rememberedMs;
    if (!row || row.revoked_at) return { actor: undefined, kind: "workspace", until, expiresAt: 0 };
    return {
      actor: actorOfRow(row),
      kind: row.kind as CredentialKind,
      until,
      expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
    };
  }

  /** With the commit; this process need not wait until it hears itself. */
  async #announceIn(db: TenantStore): Promise<void> {
    db.afterCommit(() => this.#forgetAll());
    await db.raw(sql`select pg_notify(${channel}, '')`);
  }

  async #announce(): Promise<void> {
    this.#forgetAll();
    await this.#database.owner(`select pg_notify('${channel}', '')`);
  }
}

type KeyRow = {
  workspace_id: string;
  id: string;
  kind: string;
  name: string;
  scopes: string[];
  approval_level: string;
  rate_per_second: number | null;
};

function actorOfRow(row: KeyRow): Actor {
  return {
    kind: row.kind === "consent" ? "agent" : "api_key",
    id: row.id,
    name: row.name,
    workspaceId: row.workspace_id,
    scopes: new Set(row.scopes),
    approvalLevel: row.approval_level as ApprovalLevel,
    ratePerSecond: row.rate_per_second,
  };
}

function labelOf({ kind, mode = "live" }: NewCredential): string {
  return { workspace: mode, private: "org", consent: "agent" }[kind];
}

function newSecret(label: string): string {
  return `fd_${label}_${randomBytes(32).toString("base64url")}`;
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
