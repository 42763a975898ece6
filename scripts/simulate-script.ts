/** A dialogue file, line by line. */
export type Step =
  | { kind: "customer" | "owner"; text: string }
  | { kind: "wait"; seconds: number }
  | { kind: "until"; wallClock: string };

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Plain lines are what the customer texts ({code} is the number they were asked to send back). `# …` is a comment, `owner: …` comes from the owner's phone (begun with the number it was told), `@+90m` (s, m, h, d) lets time pass,
 * `@2026-03-04 15:30` goes to a time at the shop. Throws with the line's number when one makes no sense.
 */
export function readScript(text: string): Step[] {
  return text.split(/\r?\n/).flatMap((written, index) => {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) return [];
    if (line.startsWith("@")) return [timeStep(line, index + 1)];
    const owner = /^owner:\s*(\S.*)$/i.exec(line)?.[1];
    return [owner === undefined ? { kind: "customer", text: line } : { kind: "owner", text: owner }];
  });
}

function timeStep(line: string, number: number): Step {
  const wait = /^@\s*\+\s*(\d+(?:\.\d+)?)\s*([smhd])\w*$/i.exec(line);
  if (wait) return { kind: "wait", seconds: Number(wait[1]) * (units[(wait[2] ?? "").toLowerCase()] ?? 0) };
  const at = /^@\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)$/.exec(line);
  if (at) return { kind: "until", wallClock: `${at[1]}T${at[2]}` };
  throw new Error(`line ${number}: ${line} is neither @+2h (s, m, h, d) nor @2026-03-04 15:30`);
}
