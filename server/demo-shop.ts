import type { ServiceValues } from "./modules/calendar/services/services.store.ts";
import type { WeeklyHours } from "./modules/calendar/slots/slots.ts";

/** An invented plumber; the numbers come from the range kept free for fiction. */
export const demoShop = {
  workspace: { name: "Marlow & Finch Plumbing", timeZone: "America/New_York", country: "US" },
  businessNumber: "+12125550142",
  ownerNumber: "+12125550100",
  staff: [
    { name: "Dana Marlow", email: "dana@marlowfinch.example" },
    { name: "Theo Finch", email: "theo@marlowfinch.example" },
  ],
} as const;

export const demoSettings = {
  owner: { name: demoShop.staff[0].name, phone: demoShop.ownerNumber },
  service_area: { center: "Brooklyn, New York", radius_miles: 15, postcodes: ["100", "101", "112", "111"] },
  company: {
    description: "Leaks, drains and water heaters, seen to by people who clean up after themselves.",
    contact_name: demoShop.staff[0].name,
    contact_email: "hello@marlowfinch.example",
    phone: demoShop.businessNumber,
    industry: "plumbing",
  },
};

export const demoWeek: WeeklyHours = [
  ...[1, 2, 3, 4, 5].map((day) => ({ day, start: "08:00", end: "18:00" })),
  { day: 6, start: "09:00", end: "13:00" },
];

type DemoServiceValues = ServiceValues & { name: string };

function service(
  name: string,
  durationMinutes: number,
  prices: [min: number, max: number],
  keywords: string[],
  description: string,
): DemoServiceValues {
  return {
    name,
    description,
    duration_minutes: durationMinutes,
    is_active: true,
    is_bookable: true,
    icon: "map-pin",
    color: "blue",
    slot_interval_minutes: 30,
    max_advance_days: 60,
    price_min_cents: prices[0] * 100,
    price_max_cents: prices[1] * 100,
    price_unit: "PER_JOB",
    currency: "USD",
    keywords,
  };
}

export const demoServices: DemoServiceValues[] = [
  service(
    "Drain cleaning",
    60,
    [99, 249],
    ["drain", "clog", "clogged", "blocked", "sink", "backed up"],
    "Sinks, showers and main lines.",
  ),
  service(
    "Leak repair",
    90,
    [120, 380],
    ["leak", "leaking", "drip", "dripping", "tap", "faucet", "pipe"],
    "Taps, pipes and valves.",
  ),
  service(
    "Water heater repair",
    120,
    [149, 450],
    ["water heater", "boiler", "hot water", "heater"],
    "No hot water, or too little of it.",
  ),
  service(
    "Toilet repair",
    60,
    [89, 220],
    ["toilet", "running toilet", "flush", "cistern"],
    "Running, blocked or loose.",
  ),
  service(
    "Estimate visit",
    30,
    [0, 49],
    ["estimate", "quote", "visit", "inspection"],
    "A look, and a written price.",
  ),
];
