import { QueryClient } from "@tanstack/react-query";
import { FrontdeskError } from "../../../sdk/client.ts";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnWindowFocus: true,
      retry: (count, error) =>
        count < 2 && !(error instanceof FrontdeskError && error.status >= 400 && error.status < 500),
    },
  },
});
