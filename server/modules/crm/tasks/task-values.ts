import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { nameField } from "../party.ts";
import { checkReferences } from "../references.ts";
import type { Task, TaskFields } from "./task.ts";
import type { NewTask } from "./tasks.store.ts";
import { categoryList, findCategory } from "./tasks.store.ts";

/** What a caller sent as a task's values; absent stays absent. Throws a 400 naming the field. */
export async function taskValues(ctx: Ctx, fields: TaskFields): Promise<Partial<NewTask>> {
  const { title, description, deal_id, contact_id, assigned_to, status, priority, due_date } = fields;
  await checkReferences(ctx, { deal_id, contact_id, assigned_to });
  const categoryId = await categoryOf(ctx, fields);
  return {
    ...(title === undefined ? {} : { title: nameField("title", title) }),
    ...(description === undefined ? {} : { description: description?.trim() || null }),
    ...(status === undefined ? {} : { status }),
    ...(priority === undefined ? {} : { priority }),
    ...(due_date === undefined ? {} : { due_date }),
    ...(deal_id === undefined ? {} : { opportunity_id: deal_id }),
    ...(contact_id === undefined ? {} : { contact_id }),
    ...(assigned_to === undefined ? {} : { assigned_to }),
    ...(categoryId === undefined ? {} : { category_id: categoryId }),
  };
}

/** The same for a task there is: being done and not being done any more are stamped. */
export async function changedTaskValues(ctx: Ctx, fields: TaskFields, before: Task) {
  const values = await taskValues(ctx, fields);
  if (values.status === undefined || values.status === before.status) return values;
  return { ...values, completed_at: values.status === "completed" ? ctx.now : null };
}

async function categoryOf(
  ctx: Ctx,
  { category, category_id: id }: TaskFields,
): Promise<string | null | undefined> {
  if (category !== undefined && id !== undefined) {
    throw invalidField("category", "cannot be sent with category_id", "Send one of the two.");
  }
  const [field, wanted] =
    id === undefined ? (["category", category] as const) : (["category_id", id] as const);
  if (wanted === undefined || wanted === null || wanted.trim() === "")
    return wanted === undefined ? undefined : null;
  const found = await findCategory(ctx, wanted.trim());
  if (found !== undefined) return found;
  const names = await categoryList(ctx);
  const known =
    names.length > 0 ? `Categories are ${names.join(", ")}.` : "POST /tasks/categories makes one.";
  throw invalidField(field, `there is no task category ${wanted}`, known);
}
