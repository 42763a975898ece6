import { ActionIcon, Button } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "../icons.ts";
import { useEffect, useMemo, useRef, useState } from "react";
import { useBookings, useNextBooking } from "../api/queries.ts";
import type { Booking } from "../api/types.ts";
import type { StaffMember } from "../shop.ts";
import { useShop } from "../shop.ts";
import { addDays, dateKey, dayOf, minuteOfDay, timeOf } from "../time.ts";
import styles from "./calendar.module.css";
import { Instead, Panel } from "./panel.tsx";

const pixelsPerMinute = 0.8;
const usualStart = 7 * 60;
const usualEnd = 19 * 60;
const unassigned: StaffMember = { id: "", name: "Unassigned" };

/** One day of the shop: a column per member of staff, a block per booking. */
export function Calendar() {
  const { zone, now, staff } = useShop();
  const today = dateKey(now, zone);
  const [chosen, choose] = useState<string>();
  const day = chosen ?? today;
  const bookings = useBookings(day);
  const shown = (bookings.data ?? []).filter(({ status }) => status !== "cancelled");
  const cancelled = (bookings.data?.length ?? 0) - shown.length;
  const { data: next } = useNextBooking(today);
  const nextDay = next && dateKey(next.starts_at, zone);
  const noon = `${day}T12:00:00Z`;
  return (
    <Panel
      label="Calendar"
      title={
        <>
          {day === today ? "Today" : dayOf(noon, "UTC")}{" "}
          <span className={styles.count}>
            {shown.length} {shown.length === 1 ? "booking" : "bookings"}
            {cancelled > 0 && `, ${cancelled} cancelled`}
          </span>
        </>
      }
      actions={
        <>
          {next && nextDay !== day && (
            <Button size="compact-xs" variant="light" onClick={() => choose(nextDay ?? undefined)}>
              Next booking: {dayOf(next.starts_at, zone)}
            </Button>
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Day before"
            onClick={() => choose(addDays(day, -1))}
          >
            <IconChevronLeft size={17} />
          </ActionIcon>
          <Button size="compact-xs" variant="default" onClick={() => choose(undefined)}>
            Today
          </Button>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Day after"
            onClick={() => choose(addDays(day, 1))}
          >
            <IconChevronRight size={17} />
          </ActionIcon>
        </>
      }
    >
      {bookings.isPending || bookings.error ? (
        <Instead pending={bookings.isPending} error={bookings.error} />
      ) : (
        <Grid bookings={shown} staff={staff} isToday={day === today} />
      )}
    </Panel>
  );
}

function Grid({ bookings, staff, isToday }: { bookings: Booking[]; staff: StaffMember[]; isToday: boolean }) {
  const { zone, now } = useShop();
  const columns = useMemo(() => columnsOf(bookings, staff), [bookings, staff]);
  const spans = bookings.map((booking) => spanOf(booking, zone));
  const start = Math.min(usualStart, ...spans.map((span) => Math.floor(span.from / 60) * 60));
  const end = Math.max(usualEnd, ...spans.map((span) => Math.ceil(span.until / 60) * 60));
  const y = (minute: number) => (minute - start) * pixelsPerMinute;
  const hours = Array.from({ length: (end - start) / 60 + 1 }, (_, index) => start + index * 60);
  const minuteNow = minuteOfDay(now, zone);
  const box = useRef<HTMLDivElement>(null);
  const focusMinute = spans[0]?.from ?? (isToday ? minuteNow : 9 * 60);
  useEffect(() => {
    box.current?.scrollTo({ top: (focusMinute - start) * pixelsPerMinute - 60 });
  }, [focusMinute, start]);
  return (
    <div className={styles.scroll} ref={box} tabIndex={0} role="group" aria-label="Hours of the day">
      <div className={styles.names} style={{ "--columns": columns.length } as React.CSSProperties}>
        <span />
        {columns.map(({ member }) => (
          <strong key={member.id}>{member.name}</strong>
        ))}
      </div>
      <div
        className={styles.grid}
        style={{ "--columns": columns.length, height: y(end) + 10 } as React.CSSProperties}
      >
        {hours.map((minute) => (
          <div key={minute} className={styles.hour} style={{ top: y(minute) }} aria-hidden="true">
            <span>{String(minute / 60).padStart(2, "0")}:00</span>
          </div>
        ))}
        {isToday && minuteNow >= start && minuteNow <= end && (
          <div className={styles.now} style={{ top: y(minuteNow) }} aria-hidden="true" />
        )}
        <span />
        {columns.map(({ member, bookings: own }) => (
          <ul key={member.id} className={styles.column} aria-label={`Bookings of ${member.name}`}>
            {own.map((booking) => (
              <Block key={booking.id} booking={booking} start={start} />
            ))}
          </ul>
        ))}
      </div>
    </div>
  );
}

function Block({ booking, start }: { booking: Booking; start: number }) {
  const { zone } = useShop();
  const { from, until } = spanOf(booking, zone);
  const title = booking.event_type_name ?? booking.title ?? "Booking";
  return (
    <li
      className={styles.block}
      data-status={booking.status}
      data-testid="booking"
      style={{
        top: (from - start) * pixelsPerMinute,
        height: Math.max((until - from) * pixelsPerMinute - 2, 22),
      }}
    >
      <strong>{title}</strong>
      <span>
        {timeOf(booking.starts_at, zone)}–{timeOf(booking.ends_at, zone)}
        {booking.booker_name && ` · ${booking.booker_name}`}
      </span>
      {booking.address && <span>{booking.address}</span>}
    </li>
  );
}

function columnsOf(bookings: Booking[], staff: StaffMember[]) {
  const columns = staff.map((member) => ({
    member,
    bookings: bookings.filter((booking) => booking.user_id === member.id),
  }));
  const known = new Set(staff.map(({ id }) => id));
  const rest = bookings.filter((booking) => !known.has(booking.user_id ?? ""));
  if (rest.length > 0 || columns.length === 0) columns.push({ member: unassigned, bookings: rest });
  return columns;
}

function spanOf(booking: Booking, zone: string): { from: number; until: number } {
  const from = minuteOfDay(booking.starts_at, zone);
  const lasts = (Date.parse(booking.ends_at) - Date.parse(booking.starts_at)) / 60_000;
  return { from, until: Math.min(from + lasts, 24 * 60) };
}
