import { randomUUID } from "node:crypto";
import pg from "pg";

/** Creates an empty database on the server for a proof to use up. */
export async function scratchDatabase(
  server: string,
  purpose: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `frontdesk_${purpose}_${randomUUID().slice(0, 8)}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: async () => {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
