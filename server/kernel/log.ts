import pino from "pino";

export type Log = pino.Logger;

/** Structured logs; anything that looks like a credential is struck out before it is written. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    redact: {
      paths: [
        "*.authorization",
        "*.token",
        "*.secret",
        "*.password",
        "*.apiKey",
        "*.api_key",
        "headers['x-api-key']",
      ],
      censor: "[redacted]",
    },
  });
}
