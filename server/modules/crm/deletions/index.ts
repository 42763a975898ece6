import { module } from "../../../kernel/operation.ts";
import { previewDeletion } from "./preview-deletion.ts";

export const deletions = module({ name: "deletions", operations: [previewDeletion] });
