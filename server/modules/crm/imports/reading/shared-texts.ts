import { Unreadable, limits, plainer } from "./limits.ts";
import { readXml } from "./read-xml.ts";

/** The texts that a workbook keeps in one place, in as many bytes as they have. */
export class SharedTexts {
  #bytes = Buffer.alloc(64 * 1024);
  readonly #ends: number[] = [];

  /** Reads all of them. `rPh`, how a text is pronounced, is no part of it. */
  static async read(pieces: AsyncIterable<string>): Promise<SharedTexts> {
    const texts = new SharedTexts();
    let text = "";
    let isText = false;
    let isSpoken = false;
    const events = {
      open(name: string) {
        if (name === "si") text = "";
        if (name === "rPh") isSpoken = true;
        isText = name === "t" && !isSpoken;
      },
      text(piece: string) {
        if (!isText) return;
        text += piece;
        if (text.length > limits.cellCharacters) refuseLong();
      },
      close(name: string) {
        isText = false;
        if (name === "rPh") isSpoken = false;
        if (name === "si") texts.add(text);
      },
    };
    for await (const _ of readXml(pieces, events));
    return texts;
  }

  at(index: number): string {
    const end = this.#ends[index];
    return end === undefined ? "" : this.#bytes.toString("utf8", this.#ends[index - 1] ?? 0, end);
  }

  /** Keeps one more; throws Unreadable when that is too much. */
  add(text: string): void {
    const start = this.#ends.at(-1) ?? 0;
    const end = start + Buffer.byteLength(text);
    if (this.#ends.length >= limits.sharedTexts) {
      throw new Unreadable(`has more than ${limits.sharedTexts} different texts`, plainer);
    }
    if (end > limits.sharedTextBytes) {
      throw new Unreadable(
        `has more than ${limits.sharedTextBytes / 1024 / 1024} MB of different texts`,
        plainer,
      );
    }
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(Math.min(limits.sharedTextBytes, Math.max(end, this.#bytes.length * 2)));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#bytes.write(text, start, "utf8");
    this.#ends.push(end);
  }
}

function refuseLong(): never {
  throw new Unreadable(
    `has a text of more than ${limits.cellCharacters} characters`,
    "Shorten the cells that hold it.",
  );
}
