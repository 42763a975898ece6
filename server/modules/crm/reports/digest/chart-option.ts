/** How each kind of chart looks. */
import type { EChartsCoreOption } from "echarts/core";
import type { Visualization } from "../dashboards/card-fields.ts";
import { largest } from "./chart-data.ts";
import type { ChartData } from "./chart-data.ts";
import { showFigure } from "./money.ts";

export type Chart = { kind: Visualization; data: ChartData; width: number; height: number };

const font = "DejaVu Sans Condensed";
const ink = "#1f2933";
const faint = "#616e7c";
const line = "#e4e7eb";
// Told apart by people who see no red or no green, and dark enough for white paper.
const palette = ["#1f6feb", "#e07b00", "#0a8a6c", "#a23b95", "#c93a3a", "#5b6b7c", "#8a6d00", "#3aa0c9"];
export const mostSlices = 8;
export const mostBars = 20;

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const labelled = 12;
/** As many names stand beside each other under a chart. */
const fitting = 6;

/** How high a chart should be for what it shows, in pixels. */
export function heightOf(kind: Visualization, data: ChartData): number {
  if (kind !== "horizontal_bar") return 280;
  return Math.max(140, Math.min(data.categories.length, mostBars) * 34 + (data.series.length > 1 ? 80 : 50));
}

/** The chart library's description of a chart. */
export function chartOption(chart: Chart): EChartsCoreOption {
  const base = { color: palette, animation: false, textStyle: { fontFamily: font, color: ink } };
  if (chart.kind === "pie" || chart.kind === "donut") return { ...base, ...pie(chart) };
  return { ...base, ...cartesian(chart) };
}

function pie({ kind, data, height }: Chart): EChartsCoreOption {
  const slices = largest(data, mostSlices);
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const shown = new Map(slices.map((slice) => [slice.name, slice]));
  const share = (value: number) => `${Math.round((100 * value) / total)} %`;
  return {
    legend: {
      orient: "vertical",
      left: "52%",
      top: "middle",
      icon: "roundRect",
      itemWidth: 14,
      itemGap: 12,
      textStyle: { fontFamily: font, fontSize: 13, color: ink },
      formatter: (name: string) => {
        const { value = 0, currency } = shown.get(name) ?? {};
        return `${shortened(name, 20)}   ${showFigure(value, currency)}  (${share(value)})`;
      },
    },
    series: [
      {
        type: "pie",
        center: ["25%", "50%"],
        radius: kind === "donut" ? [height * 0.24, height * 0.4] : [0, height * 0.4],
        label: { show: false },
        itemStyle: { borderColor: "#ffffff", borderWidth: 2 },
        data: slices.map(({ name, value }) => ({ name, value })),
      },
    ],
  };
}

function cartesian({ kind, data: all }: Chart): EChartsCoreOption {
  const lying = kind === "horizontal_bar";
  const drawn = kind === "line" || kind === "area" ? all : first(all, mostBars);
  const many = drawn.series.length > 1;
  const second = kind === "composed" && many;
  const categories = {
    type: "category",
    data: drawn.categories,
    inverse: lying,
    boundaryGap: kind !== "line" && kind !== "area",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: line } },
    axisLabel: {
      color: faint,
      fontSize: 12,
      hideOverlap: true,
      formatter: (name: string) => shortened(name, lying ? 22 : 14),
      ...labelSpacing(kind, drawn.categories.length),
    },
  };
  const values = [valueAxis(true), ...(second ? [valueAxis(false)] : [])];
  return {
    grid: {
      left: 8,
      right: lying ? 56 : 12,
      top: many ? 44 : 24,
      bottom: 8,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    ...(many ? { legend: legend() } : {}),
    xAxis: lying ? values : categories,
    yAxis: lying ? categories : values,
    series: drawn.series.map((series, index) => seriesOf(kind, series, index, drawn)),
  };
}

// A bar without its name says nothing; between the points of a line one can read on.
function labelSpacing(kind: Visualization, count: number): EChartsCoreOption {
  if (kind === "horizontal_bar") return { interval: 0 };
  if (kind === "bar" && count > fitting) return { interval: 0, rotate: 30, hideOverlap: false };
  return count <= fitting ? { interval: 0, hideOverlap: false } : {};
}

function seriesOf(
  kind: Visualization,
  { name, values }: ChartData["series"][number],
  index: number,
  { series, categories }: ChartData,
): EChartsCoreOption {
  const lines = kind === "line" || kind === "area" || (kind === "composed" && index > 0);
  const alone = series.length === 1 && categories.length <= labelled;
  const label = {
    show: alone,
    position: kind === "horizontal_bar" ? "right" : "top",
    color: ink,
    fontSize: 12,
    fontFamily: font,
    formatter: ({ value }: { value: number | null }) => (value === null ? "" : compact.format(value)),
  };
  if (!lines) {
    const stacked = series.length > 1 && kind !== "composed";
    const corners = kind === "horizontal_bar" ? [0, 3, 3, 0] : [3, 3, 0, 0];
    return {
      type: "bar",
      name,
      data: values,
      label,
      barMaxWidth: kind === "horizontal_bar" ? 22 : 48,
      itemStyle: { borderRadius: stacked ? 0 : corners },
      ...(stacked ? { stack: "all" } : {}),
    };
  }
  return {
    type: "line",
    name,
    data: values,
    label,
    symbol: "circle",
    symbolSize: 6,
    lineStyle: { width: 2.5 },
    connectNulls: true,
    ...(kind === "area" ? { areaStyle: { opacity: 0.18 } } : {}),
    ...(kind === "composed" ? { yAxisIndex: 1 } : {}),
  };
}

function valueAxis(ruled: boolean): EChartsCoreOption {
  return {
    type: "value",
    // Counts have no halves: an axis to 1 is 0 and 1.
    minInterval: 1,
    splitLine: { show: ruled, lineStyle: { color: line } },
    axisLabel: { color: faint, fontSize: 12, formatter: (value: number) => compact.format(value) },
  };
}

function legend(): EChartsCoreOption {
  return {
    top: 4,
    left: 8,
    icon: "roundRect",
    itemWidth: 12,
    itemHeight: 12,
    textStyle: { fontFamily: font, fontSize: 12, color: ink },
    formatter: (name: string) => shortened(name, 24),
  };
}

function first({ categories, series }: ChartData, most: number): ChartData {
  return {
    categories: categories.slice(0, most),
    series: series.map((one) => ({ ...one, values: one.values.slice(0, most) })),
  };
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}
