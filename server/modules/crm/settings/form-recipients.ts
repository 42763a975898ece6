import type { CrmSettings } from "./crm-settings.ts";

/** Who is told that a form was completed: the workspace's list, or while that is empty whoever sent the form. */
export function formCompletionRecipients(
  { form_completion_notify_emails: configured }: Pick<CrmSettings, "form_completion_notify_emails">,
  sendingUserEmail: string | null | undefined,
): string[] {
  if (configured.length > 0) return configured;
  return sendingUserEmail ? [sendingUserEmail] : [];
}
