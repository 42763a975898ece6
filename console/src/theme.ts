import { createTheme } from "@mantine/core";
import type { MantineColorsTuple } from "@mantine/core";

const lagoon: MantineColorsTuple = [
  "#e8f6f4",
  "#d3ebe8",
  "#a6d7d1",
  "#75c2b9",
  "#4db0a5",
  "#33a498",
  "#1f8f84",
  "#0c7c73",
  "#056b63",
  "#00574f",
];

export const theme = createTheme({
  primaryColor: "lagoon",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { lagoon },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily:
    'Inter, "SF Pro Text", -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: "600" },
});
