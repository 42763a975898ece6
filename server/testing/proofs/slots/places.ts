import { Temporal } from "temporal-polyfill";

/** A zone and an instant at which something happens to its clock or calendar. */
export type Place = { zone: string; anchor: number };

/** Zones that change their clocks today: two hours at the pole, half an hour, at midnight, the day before, for Ramadan. */
const CHANGING = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Havana",
  "America/New_York",
  "America/Nuuk",
  "America/Santiago",
  "America/St_Johns",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Gaza",
  "Atlantic/Azores",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Europe/Dublin",
  "Europe/London",
  "Pacific/Chatham",
  "Pacific/Easter",
];

/** Zones that changed their rules, with the first and last year of it; Apia left out a date, the others an hour or so. */
const CHANGED: [zone: string, since: number, until: number][] = [
  ["Africa/Cairo", 2014, 2024],
  ["Africa/Casablanca", 2018, 2024],
  ["Africa/Juba", 2021, 2021],
  ["America/Asuncion", 2023, 2024],
  ["America/Mexico_City", 2021, 2022],
  ["America/Sao_Paulo", 2017, 2019],
  ["America/St_Johns", 2010, 2011],
  ["Asia/Almaty", 2024, 2024],
  ["Asia/Amman", 2021, 2022],
  ["Asia/Damascus", 2021, 2022],
  ["Asia/Pyongyang", 2015, 2018],
  ["Asia/Tehran", 2021, 2022],
  ["Europe/Volgograd", 2018, 2020],
  ["Pacific/Apia", 2010, 2012],
];

/** Dates on which calendars trip: leap days and the turn of a year. */
const DATES = ["2024-02-29", "2028-02-28", "2028-02-29", "2027-02-28", "2026-12-31"];
/** Where nothing happens to the clock. */
const STEADY = ["Australia/Perth", "Asia/Kathmandu", "Pacific/Kiritimati", "Etc/GMT+12", "UTC"];

function changesOf(zone: string, since: number, until: number): Place[] {
  const places: Place[] = [];
  let at = Temporal.ZonedDateTime.from(`${since}-01-01T00:00[${zone}]`).getTimeZoneTransition("next");
  while (at && at.year <= until) {
    places.push({ zone, anchor: at.epochMilliseconds });
    at = at.getTimeZoneTransition("next");
  }
  return places;
}

/** The zones' changes of 2025 to 2028, those with which rules changed, and the dates above at midnight. */
export function placesOf(): Place[] {
  return [
    ...CHANGING.flatMap((zone) => changesOf(zone, 2025, 2028)),
    ...CHANGED.flatMap(([zone, since, until]) => changesOf(zone, since, until)),
    ...[...CHANGING, ...STEADY].flatMap((zone) =>
      DATES.map((date) => ({
        zone,
        anchor: Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds,
      })),
    ),
  ];
}

/** Minutes of the day the wall shows just before and at an instant: where it jumps from and to. */
export function wallMinutes({ zone, anchor }: Place): number[] {
  return [anchor - 1, anchor].map((instant) => {
    const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
    return at.hour * 60 + at.minute + (instant < anchor ? 1 : 0);
  });
}
