import { useEffect, useState } from "react";
import { useClock } from "../api/simulator.ts";

/** The simulated time, ticking between two looks at the server's clock. */
export function useSimulatedNow(): Date {
  const { data } = useClock();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!data) return new Date();
  const elapsedMs = data.frozen ? 0 : performance.now() - data.readAt;
  return new Date(Date.parse(data.now) + elapsedMs);
}
