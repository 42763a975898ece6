import { Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { FrontdeskError } from "../../../sdk/client.ts";
import styles from "./panel.module.css";

type PanelProps = { title: ReactNode; label: string; actions?: ReactNode; children: ReactNode };

/** A titled part of the desk; what is inside scrolls by itself. */
export function Panel({ title, label, actions, children }: PanelProps) {
  return (
    <section className={styles.panel} aria-label={label}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <div className={styles.actions}>{actions}</div>
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}

/** What a list says instead of rows: that it is loading, that it failed, or that it is empty and why. */
export function Instead({
  pending,
  error,
  children,
}: {
  pending?: boolean;
  error?: Error | null;
  children?: ReactNode;
}) {
  if (pending) {
    return (
      <div className={styles.instead} role="status" aria-label="Loading">
        <Loader size="sm" type="dots" />
      </div>
    );
  }
  if (error) {
    return (
      <div className={styles.instead} role="alert">
        <span className={styles.problem}>{error.message}</span>
        {error instanceof FrontdeskError && error.fix && <span>{error.fix}</span>}
      </div>
    );
  }
  return <div className={styles.instead}>{children}</div>;
}
