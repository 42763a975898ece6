/** The parts of a zipped document, unpacked as they are read and counted while they are. */
import { openPromise } from "yauzl";
import type { Entry, ZipFile } from "yauzl";
import { Unreadable, limits, plainer, split } from "./limits.ts";

export class ZipParts {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #unpacked = 0;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** Opens a file by its table of contents; nothing is unpacked yet. Throws Unreadable for what is no archive. */
  static async open(path: string): Promise<ZipParts> {
    const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch(() => {
      throw new Unreadable("cannot be read as a workbook");
    });
    try {
      if (zip.entryCount > limits.parts) throw new Unreadable(`has more than ${limits.parts} parts`, plainer);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (!entries.has(entry.fileName)) entries.set(entry.fileName, entry);
      }
      return new ZipParts(zip, entries);
    } catch (error) {
      zip.close();
      if (error instanceof Unreadable) throw error;
      throw new Unreadable("cannot be read as a workbook");
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** The text of a part, piece by piece; nothing for one that is not there. */
  async *text(name: string): AsyncGenerator<string> {
    const entry = this.#entries.get(name);
    if (!entry) return;
    // What the table of contents admits is refused without unpacking it. It may lie, so the bytes are counted as well.
    this.#mustFit(this.#unpacked + entry.uncompressedSize);
    const decoder = new TextDecoder();
    for await (const chunk of await this.#zip.openReadStreamPromise(entry)) {
      this.#unpacked += (chunk as Buffer).length;
      this.#mustFit(this.#unpacked);
      yield decoder.decode(chunk as Buffer, { stream: true });
    }
    yield decoder.decode();
  }

  close(): void {
    this.#zip.close();
  }

  #mustFit(bytes: number): void {
    const { unpackedAnyway, unpackedBytes, unpackedRatio } = limits;
    if (bytes > unpackedBytes) {
      throw new Unreadable(`unpacks to more than ${unpackedBytes / 1024 / 1024} MB`, split);
    }
    if (bytes > Math.max(unpackedAnyway, this.#zip.fileSize * unpackedRatio)) {
      throw new Unreadable(`unpacks to more than ${unpackedRatio} times its size`, plainer);
    }
  }
}
