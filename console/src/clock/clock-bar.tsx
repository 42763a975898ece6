import { ActionIcon, Button, Group, Popover, Text, Tooltip, useMantineColorScheme } from "@mantine/core";
import { useComputedColorScheme } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { notifications } from "@mantine/notifications";
import {
  IconCalendarTime,
  IconMoon,
  IconPlayerSkipForward,
  IconPlugConnected,
  IconPlugConnectedX,
  IconSun,
} from "../icons.ts";
import { useState } from "react";
import type { Connection } from "../api/live.ts";
import { moveClock, useAct, useClock } from "../api/simulator.ts";
import { Logo } from "../logo.tsx";
import { useShop } from "../shop.ts";
import { dayOf, instantOf, longDayOf, timeWithSeconds, wallText, whenOf } from "../time.ts";
import { showError } from "../show-error.ts";
import styles from "./clock-bar.module.css";

const steps = [
  { label: "+1 min", name: "One minute later", seconds: 60 },
  { label: "+5 min", name: "Five minutes later", seconds: 300 },
  { label: "+1 h", name: "One hour later", seconds: 3600 },
];

/** The time in the shop, and the means to move it. */
export function ClockBar({ connection }: { connection: Connection }) {
  const { name, zone, now } = useShop();
  const { data: clock } = useClock();
  const move = useAct(moveClock);
  const go = (target: Parameters<typeof moveClock>[0]) =>
    move.mutate(target, {
      onError: (error) => showError("The clock did not move", error),
      onSuccess: (moved) => {
        notifications.hide("clock");
        void moved;
      },
    });
  const next = clock?.next_due_at;
  return (
    <header className={styles.bar}>
      <Group gap={10} wrap="nowrap" className={styles.brand}>
        <Logo />
        <div className={styles.names}>
          <h1 className={styles.shop}>{name}</h1>
          <Text size="xs" c="var(--quiet)">
            Frontdesk simulator
          </Text>
        </div>
      </Group>
      <div className={styles.clock}>
        <div className={styles.time} aria-label="Simulated time">
          <time dateTime={now.toISOString()} className={styles.digits} data-testid="clock">
            {timeWithSeconds(now, zone)}
          </time>
          <span className={styles.day} title={longDayOf(now, zone)}>
            {dayOf(now, zone)} <span className={styles.zone}>{zone}</span>
          </span>
        </div>
        <Group gap={6} role="group" aria-label="Move the clock">
          {steps.map(({ label, name: spoken, seconds }) => (
            <Button
              key={label}
              size="compact-sm"
              variant="default"
              aria-label={`${label}: ${spoken}`}
              disabled={move.isPending}
              onClick={() => go({ advance_seconds: seconds })}
            >
              {label}
            </Button>
          ))}
          <Tooltip label={next ? `Next: ${whenOf(next, zone, now)}` : "Nothing is scheduled"}>
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconPlayerSkipForward size={14} />}
              loading={move.isPending}
              data-disabled={!next || undefined}
              aria-disabled={!next}
              onClick={() => next && go({ set_to: next })}
            >
              To next event
            </Button>
          </Tooltip>
          <PickTime onPick={(at) => go({ set_to: at.toISOString() })} />
        </Group>
      </div>
      <Group gap={8} wrap="nowrap" className={styles.end}>
        <ConnectionSign connection={connection} />
        <ColorSwitch />
      </Group>
    </header>
  );
}

function PickTime({ onPick }: { onPick: (at: Date) => void }) {
  const { zone, now } = useShop();
  const [opened, open] = useState(false);
  const [wall, setWall] = useState<string | null>(null);
  return (
    <Popover opened={opened} onChange={open} position="bottom-end" trapFocus withArrow shadow="md">
      <Popover.Target>
        <Tooltip label="Go to a date and time" disabled={opened}>
          <ActionIcon
            variant="default"
            size={26}
            aria-label="Go to a date and time"
            onClick={() => {
              setWall(wallText(now, zone));
              open(!opened);
            }}
          >
            <IconCalendarTime size={16} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (wall) onPick(instantOf(wall, zone));
            open(false);
          }}
        >
          <Group align="end" gap="xs">
            <DateTimePicker
              label="Time at the shop"
              value={wall}
              onChange={setWall}
              minDate={wallText(now, zone).slice(0, 10)}
              valueFormat="ddd D MMM YYYY, HH:mm"
              popoverProps={{ withinPortal: false }}
              w={230}
            />
            <Button type="submit">Go</Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function ConnectionSign({ connection }: { connection: Connection }) {
  const live = connection === "live";
  const text = live ? "Live" : connection === "connecting" ? "Connecting" : "Reconnecting";
  const Icon = live ? IconPlugConnected : IconPlugConnectedX;
  return (
    <span className={styles.connection} data-live={live || undefined} role="status">
      <Icon size={15} aria-hidden /> {text}
    </span>
  );
}

function ColorSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "light" ? "dark" : "light";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={30}
      aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "light" ? <IconMoon size={17} /> : <IconSun size={17} />}
    </ActionIcon>
  );
}
