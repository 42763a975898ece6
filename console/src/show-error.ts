import { notifications } from "@mantine/notifications";
import { FrontdeskError } from "../../sdk/client.ts";

export function showError(title: string, error: Error): void {
  const fix = error instanceof FrontdeskError ? error.fix : undefined;
  notifications.show({
    title,
    message: fix === undefined ? error.message : `${error.message} ${fix}`,
    color: "red",
    autoClose: 8000,
  });
}
