// Curves, by uPlot: dragging zooms, a double click shows all again, and buttons do the same for the keyboard.

import { colour, font, textSize } from "./sheet.js";

const STEP = 0.25;
export const HOW = "Drag to zoom, double click to see all again.";

const axis = (label, size) => ({
  label,
  size,
  labelSize: textSize() + 8,
  labelGap: 0,
  gap: 4,
  font: font(),
  labelFont: font(),
  stroke: () => colour("--axis"),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { stroke: () => colour("--grid"), width: 1, size: 5 },
});

// `series`: of each row of data after the first, { label, colour, width, fill }. `under` and `over` draw beside the
// curves: (context, toX, toY, box), all in px of the canvas. `say(index)` gives the words for a place of the cursor.
export function curves(host, width, height, { data, series, bands, x, y, range, under, over, say, reading, steps }) {
  const beside = (draw) => (plot) => {
    if (draw === undefined) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.textAlign = "left";
    ctx.font = font(textSize() * devicePixelRatio);
    draw(ctx, (value) => plot.valToPos(value, "x", true), (value) => plot.valToPos(value, "y", true), bbox);
    ctx.restore();
  };
  const stepped = steps ? uPlot.paths.stepped({ align: 1 }) : undefined;
  const plot = new uPlot(
    {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { show: false } },
      scales: { x: { time: false }, y: range ? { range } : {} },
      axes: [axis(x, 2 * textSize() + 2), axis(y, 50)],
      series: [
        {},
        ...series.map((each) => ({
          label: each.label,
          stroke: () => colour(each.colour),
          width: each.width ?? 1,
          dash: each.dash,
          fill: each.fill ? () => colour(each.fill) : undefined,
          points: { show: false },
          paths: stepped,
        })),
      ],
      bands: bands?.map((between) => ({ series: between, fill: () => colour("--fill") })),
      hooks: {
        drawAxes: [beside(under)],
        draw: [beside(over)],
        setCursor: [
          (made) => {
            const at = made.cursor.idx;
            if (reading) reading.textContent = at == null || made.cursor.left < 0 ? HOW : say(at);
          },
        ],
      },
    },
    data,
    host,
  );
  host.plot = plot;
  return () => plot.destroy();
}

export function zoom(host, by) {
  const { plot } = host;
  const whole = plot.data[0];
  const [first, last] = [whole[0], whole[whole.length - 1]];
  const { min, max } = plot.scales.x;
  const width = max - min;
  if (by === "all") plot.setScale("x", { min: first, max: last });
  else if (by === "in" || by === "out") {
    const wider = by === "in" ? -width * STEP : width * STEP * 2;
    plot.setScale("x", { min: Math.max(first, min - wider / 2), max: Math.min(last, max + wider / 2) });
  } else {
    const move = by === "left" ? Math.max(-width * STEP, first - min) : Math.min(width * STEP, last - max);
    plot.setScale("x", { min: min + move, max: max + move });
  }
}
