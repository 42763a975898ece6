import { dictionary } from "../../../../kernel/dictionary.ts";
import { hears, team } from "./talk.ts";
import type { Step, Talk } from "./talk.ts";

const EMERGENCY_NUMBERS: Record<string, string> = dictionary({
  GB: "999",
  US: "911",
  CA: "911",
  AU: "000",
  NZ: "111",
  IE: "112",
});

/** Danger first, then insults, then people who want a person: nothing else is talked about in these turns. */
export function care(talk: Talk): Step | undefined {
  if (hears(talk, "emergency")) return emergency(talk);
  if (hears(talk, "abuse")) return abuse(talk);
  if (hears(talk, "stop_asking_ai")) {
    return {
      say: `Understood, I'll leave you alone. ${capital(team(talk))} has been told and can get back to you.`,
      escalate: { reason: "does not want to talk to the AI" },
    };
  }
  if (hears(talk, "person")) {
    return {
      say: `Of course. I've passed this to ${team(talk)}, and a person will get back to you.`,
      escalate: { reason: "asked for a person" },
    };
  }
  return undefined;
}

function emergency(talk: Talk): Step {
  const call = EMERGENCY_NUMBERS[talk.turn.business.country] ?? "your emergency number";
  return {
    say: `${safetyLine(talk.text, call)} I'm telling ${team(talk)} right now so a person can get back to you.`,
    escalate: { reason: "emergency", urgent: true },
  };
}

function safetyLine(text: string, call: string): string {
  if (/\bgas\b|rotten egg|carbon monoxide|\bco (?:alarm|detector)/i.test(text)) {
    return `Please get everyone outside now, don't touch switches or flames, and call the gas emergency line or ${call} from outside.`;
  }
  if (/\b(?:fire|smoke|smoking|burning)\b/i.test(text)) {
    return `Please get everyone out and call ${call} now.`;
  }
  if (/\b(?:spark\w*|electr\w*|wires?|wiring|shock)\b/i.test(text)) {
    return `Please keep away from it and, only if it is safe, switch the power off at the main board. If anyone is hurt call ${call}.`;
  }
  if (/\b(?:water|pipe|leak\w*|flood\w*|burst|ceiling|tank|boiler|sewage|toilet|drain)\b/i.test(text)) {
    return `If it is safe, turn the water off at the main stop tap and keep clear of anything electric. If anyone is in danger call ${call}.`;
  }
  return `If anyone is in danger please call ${call} now.`;
}

function abuse(talk: Talk): Step {
  talk.memo.abuse += 1;
  if (talk.memo.abuse > 1) {
    return {
      say: `I'm going to leave this to ${team(talk)}. A person will get back to you.`,
      escalate: { reason: "abusive messages" },
    };
  }
  return { say: "I understand you're upset. Tell me what you need and I'll do my best to sort it out." };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
