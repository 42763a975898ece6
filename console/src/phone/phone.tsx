import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { usePhone } from "../api/simulator.ts";
import type { Session } from "../api/simulator.ts";
import { useShop } from "../shop.ts";
import { readableNumber, timeOf } from "../time.ts";
import { Dialer } from "./dialer.tsx";
import styles from "./phone.module.css";
import { Texts } from "./texts.tsx";

type Holder = "customer" | "owner";
const another = "another";

/** A phone to hold: a customer's, or the owner's. */
export function Phone({ session }: { session: Session }) {
  const [holder, setHolder] = useState<Holder>("customer");
  const [customer, setCustomer] = useState(session.customers[0]?.number ?? another);
  const [typed, type] = useState("");
  const number = holder === "owner" ? session.owner_number : customer === another ? typed.trim() : customer;
  return (
    <>
      <div className={styles.holder}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Whose phone to hold"
          value={holder}
          onChange={(value) => setHolder(value as Holder)}
          data={[
            { value: "customer", label: "Customer’s phone" },
            { value: "owner", label: "Owner’s phone" },
          ]}
        />
        {holder === "customer" && (
          <Select
            aria-label="Which customer"
            size="xs"
            allowDeselect={false}
            value={customer}
            onChange={(value) => setCustomer(value ?? another)}
            data={[
              ...session.customers.map((one) => ({
                value: one.number,
                label: `${one.name} · ${readableNumber(one.number)}`,
              })),
              { value: another, label: "Another number…" },
            ]}
          />
        )}
        {holder === "customer" && customer === another && (
          <TextInput
            size="xs"
            aria-label="Number of the customer, with country code"
            placeholder="+61 …"
            value={typed}
            onChange={(event) => type(event.currentTarget.value.replaceAll(/[^\d+]/g, ""))}
          />
        )}
      </div>
      <Handset key={holder === "owner" ? "owner" : number} holder={holder} number={number} />
    </>
  );
}

function Handset({ holder, number }: { holder: Holder; number: string }) {
  const { name, zone, number: business, now } = useShop();
  const usable = /^\+[1-9]\d{6,14}$/.test(number);
  const { data } = usePhone(usable ? number : "");
  return (
    <div className={styles.frame}>
      <div className={styles.screen}>
        <div className={styles.status} aria-hidden="true">
          <span>{timeOf(now, zone)}</span>
          <span className={styles.island} />
          <span className={styles.battery} />
        </div>
        <div className={styles.head}>
          <div className={styles.avatar} aria-hidden="true">
            {initials(name)}
          </div>
          <div className={styles.who}>
            <strong>{name}</strong>
            <span>{holder === "owner" ? "Your front desk" : readableNumber(business)}</span>
          </div>
          {holder === "customer" && <Dialer number={number} usable={usable} />}
        </div>
        <Texts
          holder={holder}
          number={number}
          usable={usable}
          texts={data?.texts ?? []}
          calls={data?.calls ?? []}
        />
      </div>
    </div>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\w/.test(word));
  return words
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
}
