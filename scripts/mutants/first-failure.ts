/** A test reporter that names the first failure and ends the program there: one is enough to notice a change. */
import type { TestEvent } from "node:test/reporters";

export default async function* firstFailure(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== "test:fail" || event.data.todo !== undefined) continue;
    process.stdout.write(`${event.data.name}\n`, () => process.exit(1));
    yield "";
  }
}
