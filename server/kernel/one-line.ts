/** One question and one answer over a socket, each a line of JSON. Whoever is on the other side may send anything. */
import { connect } from "node:net";
import type { Socket } from "node:net";

/** Answers a question another process asked; undefined hangs up without a word. It must not reject. */
export type Answer = (question: unknown) => Promise<unknown>;

const longestQuestion = 64 * 1024;
const questionWithinMs = 5_000;
const answerWithinMs = 60_000;

/** Reads one line, answers it and hangs up. What is too long, too slow or not JSON is hung up on. */
export function answerLine(socket: Socket, answer: Answer): void {
  let text = "";
  const impatience = setTimeout(() => socket.destroy(), questionWithinMs).unref();
  const read = (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end < 0 && text.length <= longestQuestion) return;
    clearTimeout(impatience);
    socket.off("data", read).resume();
    const question = end < 0 || end > longestQuestion ? undefined : parsed(text.slice(0, end));
    if (question === undefined) socket.destroy();
    else void answer(question).then((given) => send(socket, given));
  };
  socket.setEncoding("utf8").on("data", read);
  socket.on("error", () => socket.destroy());
}

/** Hangs up on a connection without reading it. */
function hangUp(socket: Socket): void {
  socket.end().resume();
}

/** Asks whoever listens at `path`. Undefined: nobody there answers questions. Rejects when an answer is overdue. */
export function askLine(path: string, question: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path).setEncoding("utf8");
    const overdue = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(
          "The running Frontdesk took the command and has not answered for a minute. Look whether it was done before giving it again.",
        ),
      );
    }, answerWithinMs);
    socket.on("connect", () => socket.write(`${JSON.stringify(question)}\n`));
    socket.on("data", (chunk: string) => (text += chunk));
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(overdue);
      resolve(text.endsWith("\n") ? parsed(text) : undefined);
    });
  });
}

function send(socket: Socket, given: unknown): void {
  if (given === undefined) return hangUp(socket);
  // An asker that does not read its answer is not waited for.
  socket.setTimeout(questionWithinMs, () => socket.destroy());
  socket.end(`${JSON.stringify(given)}\n`, () => socket.destroy());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
