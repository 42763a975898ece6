import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "./redact.ts";

test("secrets are taken out and named", () => {
  const rows: [text: string, kinds: string[], secret: string][] = [
    ["my card is 4242 4242 4242 4242 ok", ["card_number"], "4242"],
    ["4111111111111111", ["card_number"], "4111"],
    ["amex 3782-822463-10005", ["card_number"], "3782"],
    ["card number is 1234 5678 9012 3456", ["card_number"], "1234"],
    ["4242 4242 4242 4242 12/28 123", ["card_number"], "4242 4242"],
    ["4242 4242 4242 4242 123", ["card_number"], "4242 4242"],
    ["cvv 123", ["cvv"], "123"],
    ["the security code is 9876", ["cvv"], "9876"],
    ["expiry 04/27", ["card_expiry"], "04/27"],
    ["send it to GB82 WEST 1234 5698 7654 32", ["iban"], "WEST"],
    ["DE89370400440532013000", ["iban"], "3704"],
    ["my ssn is 123-45-6789", ["ssn"], "6789"],
    ["social security number 123456789", ["ssn"], "123456789"],
    ["TFN: 123 456 782", ["tax_number"], "456"],
    ["password: hunter2!", ["password"], "hunter2"],
    ["my password is correcthorse", ["password"], "correcthorse"],
    ["the pin is 4821", ["pin"], "4821"],
    ["NI number QQ 12 34 56 C", [], "nothing"],
    ["NI number AB 12 34 56 C", ["national_insurance"], "34 56"],
    ["account number 12345678, sort code 12-34-56", ["bank_account", "bank_account"], "12345678"],
    ["4242 4242 4242 4242 exp 12/28 cvc 321", ["card_number", "cvv", "card_expiry"], "321"],
  ];
  for (const [text, kinds, secret] of rows) {
    const cleaned = redact(text);
    assert.deepEqual([text, cleaned.redactions.toSorted()], [text, kinds.toSorted()]);
    assert.ok(!cleaned.text.includes(secret), cleaned.text);
  }
});

test("ordinary numbers stay", () => {
  const texts = [
    "call me on 07700 900123",
    "+44 7700 900123",
    "+1 (415) 555-0132",
    "(02) 9876 5432",
    "0412 345 678",
    "415 555 0132 or 415 555 0133",
    "postcode SW1A 1AA",
    "94110-1234",
    "2025-09-12 at 14:30",
    "on 12/09/2025 please",
    "it cost $1,234.56",
    "between 2 and 4",
    "I forgot my password",
    "the password is wrong",
    "12 Acacia Avenue",
    "order 20250912001",
    "use the side door, pin the note up",
  ];
  for (const text of texts) assert.deepEqual(redact(text), { text, redactions: [] });
});

test("an id in a link stays whole, even where it looks like a card number", () => {
  const link = "Change it: https://desk.example/book/shop/manage/ada61691-6745-4772-8926-39efc165c41f";
  assert.deepEqual(redact(link), { text: link, redactions: [] });
  assert.equal(redact(`${link} my card is 4111 1111 1111 1111`).redactions.length, 1);
});

test("of a row of digits the card alone is taken out, and only a card", () => {
  assert.equal(redact("card 4111 1111 1111 1111 12 25").text.endsWith(" 12 25"), true);
  const text = "tracking number 1234 5678 9012 3456 7";
  assert.deepEqual(redact(text), { text, redactions: [] });
});
