import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openAiFormat, startLoopbackModel } from "../../../../providers/language-model/loopback-model.ts";
import { startHarness } from "../../../../testing/harness.ts";
import { plumber, talk } from "../../testing.ts";

const loopback = await startLoopbackModel(openAiFormat);
after(() => loopback.close());
const frontdesk = await startHarness({
  environment: {
    FRONTDESK_LANGUAGE_MODEL: "openai",
    FRONTDESK_MODEL: "scripted",
    OPENAI_API_KEY: "test",
    OPENAI_BASE_URL: loopback.url,
  },
});

test("a model behind the conversation: its words go out when they hold, else the local receptionist's", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const slots = { name: "free_slots", input: { service_id: shop.boilerId, from_date: "2026-03-05" } };
  const readBack = "Thu 5 Mar at 10:00 AM for the Boiler service, Sam. Shall I book it?";
  loopback.play({ calls: [slots] }, { text: readBack });
  assert.equal(
    await customer.say("boiler service thursday at 10am, I'm Sam Jones"),
    `Hi, this is the AI assistant for Ready Plumbing. ${readBack}`,
  );
  loopback.play({ text: "It costs £20." });
  assert.match(await customer.say("how much is it?"), /£80 to £120 per visit/);
  const booking = { service_id: shop.boilerId, starts_at: "2026-03-05T10:00:00.000Z" };
  loopback.play(
    { calls: [{ name: "book", input: booking }] },
    { text: "You're booked for Thu 5 Mar at 10:00 AM." },
  );
  assert.equal(await customer.say("yes"), "You're booked for Thu 5 Mar at 10:00 AM.");
  const [booked] = await customer.bookings();
  assert.equal(booked.starts_at.toISOString(), "2026-03-05T10:00:00.000Z");
  assert.equal((await customer.conversation()).state, "scheduled");
});
