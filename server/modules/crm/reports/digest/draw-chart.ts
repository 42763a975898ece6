/**
 * Charts as pictures for mails. Loading this module loads the chart library and the rasteriser, so it is imported where a
 * picture is drawn and nowhere else.
 */
import { fileURLToPath } from "node:url";
import { renderAsync } from "@resvg/resvg-js";
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { chartOption } from "./chart-option.ts";
import type { Chart } from "./chart-option.ts";

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, SVGRenderer]);

const fontFiles = ["DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"].map((file) =>
  fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
);

/** A PNG of twice the size it is shown at, so that it is sharp on any screen. */
export async function drawChart(chart: Chart): Promise<Uint8Array> {
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: chart.width, height: chart.height });
  try {
    drawing.setOption(chartOption(chart));
    const picture = await renderAsync(drawing.renderToSVGString(), {
      fitTo: { mode: "zoom", value: 2 },
      background: "#ffffff",
      font: { loadSystemFonts: false, fontFiles, defaultFontFamily: "DejaVu Sans Condensed" },
    });
    return picture.asPng();
  } finally {
    drawing.dispose();
  }
}
