import { Button, Center, Loader, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { FrontdeskError } from "../../sdk/client.ts";
import { setKey } from "./api/desk.ts";
import { useSession } from "./api/simulator.ts";
import type { Session } from "./api/simulator.ts";
import { Desk } from "./desk.tsx";

/** Finds out who we are working for, then opens the desk. */
export function App() {
  const session = useSession();
  if (session.data) return <WithKey session={session.data} />;
  if (session.isPending) {
    return (
      <Center h="100dvh" role="status" aria-label="Opening">
        <Loader type="dots" />
      </Center>
    );
  }
  return <NoSession error={session.error} retry={() => void session.refetch()} />;
}

function WithKey({ session }: { session: Session }) {
  setKey(session.api_key);
  return <Desk session={session} />;
}

function NoSession({ error, retry }: { error: Error; retry: () => void }) {
  const [key, typeKey] = useState("");
  const client = useQueryClient();
  const refused = error instanceof FrontdeskError && error.status === 403;
  const open = () => {
    setKey(key.trim());
    void client.resetQueries({ queryKey: ["session"] });
  };
  return (
    <Center h="100dvh" p="md" component="main">
      <Stack maw={440} gap="sm">
        <Title order={1} size="h3">
          {refused ? "Who are you?" : "The simulator is not open"}
        </Title>
        <Text c="dimmed">{error.message}</Text>
        {error instanceof FrontdeskError && error.fix && <Text c="dimmed">{error.fix}</Text>}
        {refused ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              open();
            }}
          >
            <Stack gap="sm">
              <PasswordInput
                label="API key"
                value={key}
                onChange={(event) => typeKey(event.currentTarget.value)}
                autoComplete="off"
              />
              <Button type="submit" disabled={key.trim() === ""}>
                Open the simulator
              </Button>
            </Stack>
          </form>
        ) : (
          <Button onClick={retry}>Try again</Button>
        )}
      </Stack>
    </Center>
  );
}
