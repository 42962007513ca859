// Curves, by uPlot: dragging zooms, a double click shows all again, and buttons do the same for the keyboard.

import { colour, font, labelFont, labelSize, onPaper, textSize, tickSpace } from "./sheet.js";
import { digits, moment } from "./words.js";

const STEP = 0.25;
const EDGE = 5; // px that a mark may reach over the axes
export const HOW = matchMedia("(pointer: coarse)").matches ? "Zoom and move with the buttons above." : "Drag to zoom, double click to see all again.";

const DAY_S = 86400;

// Ticks of time in this device's zone: 2026-11-26 and 18:30, the date where it is another than that of the tick before.
function moments(_plot, places) {
  let before = "";
  return places.map((at) => {
    const [date, time] = moment(at * 1000).split(" ");
    if (places.at(-1) - places[0] >= 3 * DAY_S) return date;
    const told = places[1] - places[0] < 60 ? time : time.slice(0, 5);
    const label = date === before ? told : `${told}\n${date}`;
    before = date;
    return label;
  });
}

// As much room as the labels of an axis take: lines below the curves, letters beside them.
const lines = (_plot, labels) => ((labels ?? []).some((each) => each.includes("\n")) ? 3.5 : 2) * textSize() + 2;
const letters = (_plot, labels) => Math.max(50, 10 + 0.65 * textSize() * Math.max(0, ...(labels ?? []).map((each) => each.length)));

const inNumbers = { values: (_plot, places) => places.map((place) => digits(place, 9)) };
const inWords = (words) => ({ values: (_plot, places) => places.map((place) => words[place] ?? ""), incrs: [1] });

const axis = (label, size, ticks) => ({
  ...ticks,
  label,
  size,
  labelSize: labelSize(),
  labelGap: 0,
  gap: 4,
  font: font(),
  labelFont: labelFont(),
  stroke: () => colour("--axis"),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { stroke: () => colour("--grid"), width: 1, size: 5 },
});

// `series`: of each row of data after the first, { label, colour, width, fill }; `time`: x is seconds since 1970. `under`
// and `over` draw beside the curves: (context, toX, toY, box), all in px of the canvas. `say(index)` gives the words for
// a place of the cursor; `words` those of the whole numbers from 0 on, in place of which they stand at the axis of y.
export function curves(
  host,
  width,
  height,
  { data, series, bands, x, y, range, under, over, say, reading, words, steps, time = false, bars = false },
) {
  const beside =
    (draw, edge = 0) =>
    (plot) => {
      if (draw === undefined) return;
      const { ctx, bbox } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left - edge, bbox.top - edge, bbox.width + 2 * edge, bbox.height + 2 * edge);
      ctx.clip();
      ctx.textAlign = "left";
      ctx.font = font(textSize() * devicePixelRatio);
      draw(
        ctx,
        (value) => plot.valToPos(value, "x", true),
        (value) => plot.valToPos(value, "y", true),
        bbox,
      );
      ctx.restore();
    };
  const { view } = host;
  const whole = onPaper; // nobody can look at another part there
  const paths = steps ? uPlot.paths.stepped({ align: 1 }) : bars ? uPlot.paths.bars({ size: [0.8] }) : undefined;
  const plot = new uPlot(
    {
      width,
      height,
      padding: [8, time ? 34 : 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { show: false } },
      scales: { x: { time }, y: range ? { range } : {} },
      axes: [
        axis(x, lines, time ? { values: moments, space: 90 } : inNumbers),
        axis(y, letters, { ...(words ? inWords(words) : inNumbers), space: tickSpace() }),
      ],
      series: [
        {},
        ...series.map((each) => ({
          label: each.label,
          stroke: () => colour(each.colour),
          width: each.width ?? 1,
          dash: each.dash,
          fill: each.fill ? () => colour(each.fill) : undefined,
          points: { show: false },
          paths,
          spanGaps: true,
        })),
      ],
      bands: bands?.map((between) => ({ series: between, fill: () => colour("--fill") })),
      hooks: {
        drawAxes: [beside(under)],
        draw: [beside(over, EDGE * devicePixelRatio)],
        setScale: whole ? [] : [(made, scale) => scale === "x" && (host.view = part(made))],
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
  if (view && !whole) plot.setScale("x", view);
  host.plot = plot;
  return () => plot.destroy();
}

// The part that is looked at, kept in `host.view` for whoever draws it anew; undefined: all of it.
function part({ data, scales }) {
  const { min, max } = scales.x;
  return min > data[0][0] || max < data[0].at(-1) ? { min, max } : undefined;
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
