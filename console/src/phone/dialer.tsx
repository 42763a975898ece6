import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPhone, IconPhoneCheck, IconPhoneOff } from "../icons.ts";
import { useEffect, useRef, useState } from "react";
import { endRinging, ring, useAct } from "../api/simulator.ts";
import { showError } from "../show-error.ts";
import { useShop } from "../shop.ts";
import styles from "./dialer.module.css";

const ringSeconds = 20;
const goodbyeMs = 1_600;

type Call =
  | { state: "idle" }
  | { state: "dialling" }
  | { state: "ringing"; callSid: string; since: number }
  | { state: "over"; outcome: "missed" | "answered" };

/** The call button and, while a call is on, the screen over everything else. */
export function Dialer({ number, usable }: { number: string; usable: boolean }) {
  const { name } = useShop();
  const [call, setCall] = useState<Call>({ state: "idle" });
  const ringing = useAct(ring);
  const ending = useAct(endRinging);

  const dial = () => {
    setCall({ state: "dialling" });
    ringing.mutate(number, {
      onSuccess: ({ call_sid }) => setCall({ state: "ringing", callSid: call_sid, since: Date.now() }),
      onError: (error) => {
        setCall({ state: "idle" });
        showError("The call did not go through", error);
      },
    });
  };
  const end = (outcome: "missed" | "answered") => {
    if (call.state !== "ringing" || ending.isPending) return;
    ending.mutate(
      { callSid: call.callSid, outcome },
      {
        onSuccess: () => setCall({ state: "over", outcome }),
        onError: (error) => {
          setCall({ state: "idle" });
          showError("The call could not be ended", error);
        },
      },
    );
  };

  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (call.state !== "over") return undefined;
    const timer = setTimeout(() => {
      setCall({ state: "idle" });
      // The keyboard goes back to where the call began.
      requestAnimationFrame(() => button.current?.focus());
    }, goodbyeMs);
    return () => clearTimeout(timer);
  }, [call]);

  return (
    <>
      <Tooltip label="Call the business">
        <ActionIcon
          ref={button}
          size={38}
          radius="xl"
          variant="filled"
          aria-label="Call the business"
          disabled={!usable || call.state !== "idle"}
          onClick={dial}
        >
          <IconPhone size={19} />
        </ActionIcon>
      </Tooltip>
      {call.state !== "idle" && (
        <div className={styles.call} role="dialog" aria-label={`Calling ${name}`}>
          <div className={styles.rings} data-ringing={call.state === "ringing" || undefined} aria-hidden>
            <IconPhone size={40} />
          </div>
          <strong>{name}</strong>
          <CallLine call={call} onRungOut={() => end("missed")} />
          {call.state === "ringing" && (
            <div className={styles.callButtons}>
              <Button
                color="red"
                leftSection={<IconPhoneOff size={16} />}
                loading={ending.isPending && ending.variables?.outcome === "missed"}
                onClick={() => end("missed")}
                data-autofocus
                autoFocus
              >
                Let it ring out
              </Button>
              <Button
                variant="white"
                color="dark"
                leftSection={<IconPhoneCheck size={16} />}
                loading={ending.isPending && ending.variables?.outcome === "answered"}
                onClick={() => end("answered")}
              >
                Owner answers
              </Button>
            </div>
          )}
        </div>
      )}
    </>
  );
}

function CallLine({ call, onRungOut }: { call: Call; onRungOut: () => void }) {
  const [seconds, setSeconds] = useState(0);
  const rungOut = useRef(onRungOut);
  rungOut.current = onRungOut;
  const since = call.state === "ringing" ? call.since : undefined;
  useEffect(() => {
    if (since === undefined) return undefined;
    const timer = setInterval(() => {
      const passed = Math.floor((Date.now() - since) / 1000);
      setSeconds(passed);
      if (passed >= ringSeconds) rungOut.current();
    }, 500);
    return () => clearInterval(timer);
  }, [since]);
  const text =
    call.state === "ringing"
      ? `Ringing… ${seconds} s`
      : call.state === "dialling"
        ? "Calling…"
        : call.state === "over" && call.outcome === "answered"
          ? "The owner took the call"
          : "No answer";
  return <span role="status">{text}</span>;
}
