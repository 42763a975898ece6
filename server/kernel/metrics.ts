import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { elapsedMs, stopwatch } from "./clock.ts";

/** Prometheus metrics of this process. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"operation" | "status">;
  readonly #jobs: Histogram<"job" | "result">;
  readonly #provider: Counter<"provider" | "result">;
  readonly #waiting: Gauge;
  readonly #retrying: Gauge;
  readonly #dead: Gauge;
  readonly #oldestDue: Gauge;

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: "frontdesk_request_duration_seconds",
      help: "Time to answer a call, by operation and status.",
      labelNames: ["operation", "status"],
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.#registry],
    });
    this.#jobs = new Histogram({
      name: "frontdesk_job_duration_seconds",
      help: "Time one attempt of a job took, by job and result.",
      labelNames: ["job", "result"],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60],
      registers: [this.#registry],
    });
    this.#provider = new Counter({
      name: "frontdesk_provider_calls_total",
      help: "Calls to the outside world, by provider and result.",
      labelNames: ["provider", "result"],
      registers: [this.#registry],
    });
    this.#waiting = new Gauge({
      name: "frontdesk_jobs_waiting",
      help: "Jobs that are due or running.",
      registers: [this.#registry],
    });
    this.#retrying = new Gauge({
      name: "frontdesk_jobs_retrying",
      help: "Jobs that failed and wait for their next attempt.",
      registers: [this.#registry],
    });
    this.#dead = new Gauge({
      name: "frontdesk_dead_letters",
      help: "Jobs that failed for good and wait to be redriven.",
      registers: [this.#registry],
    });
    this.#oldestDue = new Gauge({
      name: "frontdesk_oldest_due_job_seconds",
      help: "How long the job that has waited longest has been due; 0 when none waits.",
      registers: [this.#registry],
    });
  }

  // They are read from the database when somebody asks, so every process reports the same.
  jobsWaiting({
    due,
    retrying,
    dead,
    oldestDueSeconds,
  }: {
    due: number;
    retrying: number;
    dead: number;
    oldestDueSeconds: number;
  }): void {
    this.#waiting.set(due);
    this.#retrying.set(retrying);
    this.#dead.set(dead);
    this.#oldestDue.set(oldestDueSeconds);
  }

  request(operation: string, status: number, startedAt: number): void {
    this.#requests.observe({ operation, status: String(status) }, elapsedMs(startedAt) / 1000);
  }

  jobStarted(job: string): (result: "succeeded" | "failed") => void {
    const startedAt = stopwatch();
    return (result) => this.#jobs.observe({ job, result }, elapsedMs(startedAt) / 1000);
  }

  providerCall(provider: string, result: "succeeded" | "failed"): void {
    this.#provider.inc({ provider, result });
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
