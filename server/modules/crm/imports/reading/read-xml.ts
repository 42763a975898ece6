import sax from "sax";
import { Unreadable, plainer } from "./limits.ts";

/** What happens in a document, by names without their prefix. */
export type XmlEvents = {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** May come in pieces. */
  text?(piece: string): void;
  close?(name: string): void;
};

const deepest = 64;
const mostAttributes = 100;

/**
 * Reads XML as it comes and tells what happens in it; after each piece the reader has the turn. Nothing is kept: a single name, value or
 * comment may be long (64 KB, by the parser's own measure), an element may have many attributes or lie deep, but only so much.
 * Documents with a DTD, which could define things that expand, are refused: workbooks have none.
 */
export async function* readXml(pieces: AsyncIterable<string>, events: XmlEvents): AsyncGenerator<void> {
  const parser = sax.parser(true, {});
  let depth = 0;
  let attributes = 0;
  parser.onerror = unreadable;
  parser.ondoctype = unreadable;
  parser.onopentagstart = () => (attributes = 0);
  parser.onattribute = () => {
    attributes += 1;
    if (attributes > mostAttributes) unreadable();
  };
  parser.onopentag = (tag) => {
    depth += 1;
    if (depth > deepest) unreadable();
    events.open(plain(tag.name), tag.attributes as Record<string, string>);
  };
  parser.onclosetag = (name) => {
    depth -= 1;
    events.close?.(plain(name));
  };
  parser.ontext = (piece) => events.text?.(piece);
  parser.oncdata = (piece) => events.text?.(piece);
  for await (const piece of pieces) {
    parser.write(piece);
    yield;
  }
  parser.close();
}

function unreadable(): never {
  throw new Unreadable("cannot be read as a workbook", plainer);
}

function plain(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
