import { Fragment } from "react";

const address = /(https?:\/\/[^\s]+)/;

/** A text with its addresses as links, as a phone shows it. */
export function Linked({ text }: { text: string }) {
  return text.split(address).map((part, index) =>
    address.test(part) ? (
      <a key={index} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    ) : (
      <Fragment key={index}>{part}</Fragment>
    ),
  );
}
