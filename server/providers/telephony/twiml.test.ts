import assert from "node:assert/strict";
import { it } from "node:test";
import { emptyMessaging, emptyVoice, ringOwner, sayAndHangUp, takeVoicemail } from "./twiml.ts";

const head = '<?xml version="1.0" encoding="UTF-8"?>';

it("rings the owner and comes back with the outcome", () => {
  const actionUrl = "https://fd.example/hooks/dial?w=1&c=2";
  const dialled = { ownerNumber: "+61400000009", ringSeconds: 20, actionUrl };
  const escaped = "https://fd.example/hooks/dial?w=1&amp;c=2";
  assert.equal(
    ringOwner(dialled),
    `${head}<Response><Dial timeout="20" action="${escaped}" method="POST"><Number>+61400000009</Number></Dial></Response>`,
  );
  assert.match(ringOwner({ ...dialled, callerId: "+61400000001" }), / callerId="\+61400000001"/);
});

it("escapes what is spoken", () => {
  assert.equal(
    sayAndHangUp("Tom & Jerry <closed>"),
    `${head}<Response><Say>Tom &amp; Jerry &lt;closed&gt;</Say><Hangup/></Response>`,
  );
});

it("takes a voicemail", () => {
  assert.equal(
    takeVoicemail({ text: "Speak now", actionUrl: "https://fd.example/hooks/voicemail", maxSeconds: 90 }),
    `${head}<Response><Say>Speak now</Say><Record action="https://fd.example/hooks/voicemail" method="POST" ` +
      `maxLength="90" playBeep="true"/><Hangup/></Response>`,
  );
});

it("has nothing to say", () => {
  assert.equal(emptyVoice(), `${head}<Response/>`);
  assert.equal(emptyMessaging(), `${head}<Response/>`);
});
