/**
 * One job at a time works for an endpoint in this process. Another that comes meanwhile only wakes it, so that a slow
 * receiver, however much happens, holds up one worker and not those that serve the others.
 */
export type Turns = Map<string, { wake(): void }>;

export type TurnPlan<Item> = {
  /** Items worked on side by side. */
  atOnce: number;
  /** Whether to take up no more. */
  isOver(): boolean;
  claim(limit: number): Promise<Item[]>;
  /** Works on an item and answers another one to go on with, if there is one. */
  work(item: Item): Promise<Item | undefined>;
};

/** Works until nothing can be claimed. Answers false when somebody else has the turn; they will claim once more. */
export async function takeTurn<Item>(turns: Turns, key: string, plan: TurnPlan<Item>): Promise<boolean> {
  const other = turns.get(key);
  if (other) {
    other.wake();
    return false;
  }
  const turn = new Turn(plan);
  turns.set(key, turn);
  await turn.run(() => turns.delete(key));
  return true;
}

class Turn<Item> {
  readonly #plan: TurnPlan<Item>;
  #open = 0;
  #woken = true;
  /** Woken while all hands were full: to be looked at as soon as one is free. */
  #waiting = false;
  #failure: Error | undefined;
  #changed = () => {};

  constructor(plan: TurnPlan<Item>) {
    this.#plan = plan;
  }

  wake(): void {
    this.#woken = true;
    this.#changed();
  }

  /** `ended` is called in the same breath as the last look whether somebody has woken us. */
  async run(ended: () => void): Promise<void> {
    try {
      while (this.#woken || this.#open > 0) {
        if (this.#woken) await this.#fill();
        else await new Promise<void>((resolve) => (this.#changed = resolve));
      }
    } finally {
      ended();
    }
    if (this.#failure) throw this.#failure;
  }

  async #fill(): Promise<void> {
    this.#woken = false;
    const free = this.#plan.atOnce - this.#open;
    if (free === 0) this.#waiting = true;
    if (free === 0 || this.#failure || this.#plan.isOver()) return;
    try {
      for (const item of await this.#plan.claim(free)) void this.#follow(item);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  async #follow(first: Item): Promise<void> {
    this.#open += 1;
    try {
      let next: Item | undefined = first;
      while (next) next = await this.#plan.work(next);
    } catch (error) {
      this.#failure ??= error as Error;
    }
    this.#open -= 1;
    this.#woken ||= this.#waiting;
    this.#waiting = false;
    this.#changed();
  }
}
