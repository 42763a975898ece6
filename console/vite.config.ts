import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";

const server = process.env["FRONTDESK_URL"] ?? "http://localhost:8080";

/** Builds into console/dist; `npx vite console` serves the sources against a Frontdesk that is running. */
export default {
  root: import.meta.dirname,
  base: "/",
  plugins: [react()],
  build: { outDir: "dist", emptyOutDir: true, chunkSizeWarningLimit: 1200 },
  server: { proxy: { "/api": server, "/simulator": server } },
} satisfies UserConfig;
