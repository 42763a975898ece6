/**
 * The kinds of mail that are logged. One that carries a secret, something that lets whoever reads it act, is kept whole only until it
 * has left, under seal; the log keeps it with the secret blotted out. A new kind has to say which it is.
 */
export const emailKinds = {
  automation_error: { carriesSecret: false },
  birthday: { carriesSecret: false },
  host_left: { carriesSecret: false },
  invitation: { carriesSecret: true },
  report_digest: { carriesSecret: false },
  sign_in_link: { carriesSecret: true },
  webhook_disabled: { carriesSecret: false },
  work_status: { carriesSecret: true },
  work_status_ended: { carriesSecret: false },
} as const;

type EmailKind = keyof typeof emailKinds;

export type SecretKind = {
  [Kind in EmailKind]: (typeof emailKinds)[Kind]["carriesSecret"] extends true ? Kind : never;
}[EmailKind];

export type PlainKind = Exclude<EmailKind, SecretKind>;
