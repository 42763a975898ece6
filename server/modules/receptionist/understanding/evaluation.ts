import type { understand, Understanding } from "./understand.ts";

/** One turn of a labelled dialogue; labels are used to score, never to understand. */
type Turn = {
  speaker: "user" | "system";
  text: string;
  intent?: string;
  canonical?: { appointment_date?: string; appointment_time?: string };
};

export type Dialogue = { id: string; turns: Turn[] };

type Miss = { id: string; turn: number; text: string; expected: string; got: string };

type EvaluationReport = {
  dialogues: number;
  date_turns: number;
  date_right: number;
  time_turns: number;
  time_right: number;
  book_turns: number;
  book_right: number;
  misses: Miss[];
};

const ZONE = "America/Los_Angeles";
/** 2019-03-01 09:00 in ZONE, the day the dialogues play on. */
const NOW = new Date("2019-03-01T17:00:00Z");

function wantsBooking({ intents, date, time }: Understanding): boolean {
  return (
    intents.some((intent) => ["book", "confirm", "availability"].includes(intent)) || Boolean(date ?? time)
  );
}

/** Runs labelled dialogues turn by turn through `reader` and counts where dates, times and bookings were right. */
export function evaluate(dialogues: Dialogue[], reader: typeof understand): EvaluationReport {
  const report: EvaluationReport = {
    dialogues: dialogues.length,
    date_turns: 0,
    date_right: 0,
    time_turns: 0,
    time_right: 0,
    book_turns: 0,
    book_right: 0,
    misses: [],
  };
  for (const { id, turns } of dialogues) {
    let previousAssistantText: string | undefined;
    let previousIntent: string | undefined;
    const mentioned: { date?: string; time?: string } = {};
    for (const [turn, { speaker, text, intent, canonical }] of turns.entries()) {
      if (speaker === "system") {
        previousAssistantText = text;
        continue;
      }
      const heard = reader(text, {
        now: NOW,
        timeZone: ZONE,
        country: "US",
        previousAssistantText,
        mentioned: { ...mentioned },
      });
      const miss = (expected: string, got: string | undefined): number =>
        report.misses.push({ id, turn, text, expected, got: got ?? "nothing" });
      if (canonical?.appointment_date) {
        report.date_turns += 1;
        if (heard.date?.date === canonical.appointment_date) report.date_right += 1;
        else miss(canonical.appointment_date, heard.date?.date);
      }
      if (canonical?.appointment_time) {
        report.time_turns += 1;
        if (heard.time?.time === canonical.appointment_time) report.time_right += 1;
        else miss(canonical.appointment_time, heard.time?.time);
      }
      if (intent === "BookAppointment" && previousIntent !== "BookAppointment") {
        report.book_turns += 1;
        if (wantsBooking(heard)) report.book_right += 1;
        else miss("a booking", heard.intents.join(", "));
      }
      previousIntent = intent;
      if (heard.date) mentioned.date = heard.date.date;
      if (heard.time) mentioned.time = heard.time.time;
    }
  }
  return report;
}
