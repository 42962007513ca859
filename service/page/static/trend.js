// How a measuring point went over time: the probability of a fault, and one of its indicators.

import { card, element, redraw } from "./element.js";
import { figure } from "./figure.js";
import { curves } from "./plot.js";
import { colour, forgetIn } from "./sheet.js";
import { LEVELS, LEVEL_COLOURS, capital, digits, short } from "./words.js";

const INDICATORS = {
  change_deviation: [
    "Change",
    "change (spreads)",
    "how far it lies over the mean of its healthy recordings, in their spreads; from 3 on it can count",
    "spreads",
  ],
  velocity_rms_mm_s: ["Vibration velocity", "velocity RMS (mm/s)", "what ISO 20816-3 judges", "mm/s"],
  envelope_rms_g: ["Envelope", "envelope RMS (g)", "impacts make it grow", "g"],
  kurtosis: ["Kurtosis", "kurtosis (no unit)", "3 for even noise; single impacts make it grow", ""],
  severity: ["Severity", "severity", "the worst of the zone of ISO 20816-3, of growth over the limit and of how many voices are raised", ""],
};
const SEVERITIES = ["none", "low", "medium", "high"];
const INKS = ["--trace", "--inner", "--outer", "--rolling", "--cage"];
const DOTS = ["alarm", "watch", "quiet"];

let chosen = null; // indicator, by name

export function trend(place, course) {
  const { points } = course;
  const [ofFault, ofIndicator] = [...place.querySelectorAll(".drawn")].map((host) => host.view);
  forgetIn(place);
  if (points.length === 0) {
    place.replaceChildren(card("Trend", element("p", { class: "hint" }, "No recording yet.")));
    return;
  }
  const known = Object.keys(INDICATORS).filter((name) => points.some((point) => indicator(point, name) !== null));
  if (!known.includes(chosen)) [chosen] = known;
  place.replaceChildren();
  const grows = growth(course, "fault_probability", "percentage points", faulty, 100);
  const older = course.complete ? "" : " Older recordings are left out.";
  draw(place, points, {
    title: "Trend: probability of a fault",
    note: `What the network says of each recording; the colour is what all voices said together.${grows}${older}`,
    y: "probability (%)",
    value: faulty,
    range: () => [-4, 104],
    view: ofFault,
  });
  if (known.length === 0) return;
  const select = element(
    "select",
    { id: "indicator" },
    ...known.map((name) => element("option", { value: name, selected: name === chosen }, INDICATORS[name][0])),
  );
  select.addEventListener("change", () => {
    chosen = select.value;
    redraw(place, () => trend(place, course));
  });
  const [name, y, note, unit] = INDICATORS[chosen];
  const value = (point) => indicator(point, chosen);
  draw(place, points, {
    title: `Trend: ${name.toLowerCase()}`,
    note: `${capital(note)}.${growth(course, chosen, unit, value)}`,
    y,
    value,
    ...(chosen === "severity" && { words: SEVERITIES, range: () => [-0.2, 3.2] }),
    extra: element("div", { class: "choose" }, element("label", { for: "indicator" }, "Indicator"), select),
    view: ofIndicator,
  });
}

const faulty = ({ probabilities }) => (probabilities ? 100 * (1 - probabilities.normal) : null);

function indicator(point, name) {
  if (name !== "severity") return point.condition[name] ?? null;
  return point.severity === null ? null : SEVERITIES.indexOf(point.severity);
}

const WEEK_MS = 7 * 86_400_000;
const NEAR = 5; // median deviations: of even noise one in a thousand lies further off

// In words, how fast something grows, of each axis: the median of all slopes, which a few recordings do not move. Nothing
// under a week of recordings, where it is not reckoned, and where the newest recording has left that line.
function growth({ growth: reckoned = [], points }, of, unit, value, scale = 1) {
  if (new Date(points.at(-1).time) - new Date(points[0].time) < WEEK_MS) return "";
  const grows = [];
  for (const { axis, per_week: slope } of reckoned.filter((each) => each.of === of && each.per_week)) {
    if (
      !isNear(
        points.filter((point) => point.axis === axis && value(point) !== null),
        value,
        slope * scale,
      )
    )
      continue;
    grows.push(`axis ${axis} ${slope > 0 ? "+" : "−"}${`${digits(Math.abs(slope) * scale, 2)} ${unit}`.trim()} a week`);
  }
  return grows.length ? ` Median slope: ${grows.join(", ")}.` : "";
}

function isNear(points, value, slope) {
  const off = points.map((point) => value(point) - (slope * new Date(point.time)) / WEEK_MS);
  const middle = median(off);
  return Math.abs(off.at(-1) - middle) <= NEAR * median(off.map((each) => Math.abs(each - middle)));
}

const median = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];

function draw(place, points, { title, note, y, value, words, range, extra, view }) {
  const named = (found) => (words ? words[found] : digits(found));
  const axes = [...new Set(points.map((point) => point.axis))].sort();
  const told = points
    .map((point) => ({ at: new Date(point.time) / 1000, axis: point.axis, level: point.level, value: value(point) }))
    .filter((point) => point.value !== null);
  // Points of one recording differ by milliseconds from axis to axis, so each axis has its own times.
  const data = uPlot.join(axes.map((axis) => columns(told.filter((point) => point.axis === axis))));
  const dots = (context, toX, toY) => {
    for (const point of told) {
      context.fillStyle = colour(LEVEL_COLOURS[point.level ?? "unheard"]);
      context.beginPath();
      context.arc(toX(point.at), toY(point.value), 3.4 * devicePixelRatio, 0, 2 * Math.PI);
      context.fill();
    }
  };
  const values = told.map((point) => point.value);
  const levels = [...DOTS.map((name) => [LEVEL_COLOURS[name], capital(LEVELS[name])]), [LEVEL_COLOURS.unheard, "No verdict, or commissioned on it"]];
  const lines = axes.length > 1 ? axes.map((axis, at) => [INKS[at % INKS.length], `Line: axis ${axis}`]) : [];
  figure(
    place,
    {
      title,
      note,
      alt: values.length
        ? `${told.length} values from ${short(told[0].at * 1000)} to ${short(told.at(-1).at * 1000)}, ` +
          `from ${named(values[0])} to ${named(values.at(-1))}`
        : "No values",
      zooms: true,
      half: true,
      height: 230,
      paper: 90,
      extra,
      view,
      legend: [...levels, ...lines],
    },
    (host, width, height, reading) =>
      curves(host, width, height, {
        data,
        series: axes.map((axis, at) => ({ label: axis, colour: INKS[at % INKS.length], width: 1.2 })),
        x: "local time",
        y,
        words,
        time: true,
        range: range ?? ((_plot, low, high) => [Math.min(0, low ?? 0), 1.1 * (high || 1)]),
        over: dots,
        reading,
        say: (at) =>
          `${short(data[0][at] * 1000)}: ${axes
            .map((axis, row) => (data[row + 1][at] == null ? "" : `${axes.length > 1 ? `${axis} ` : ""}${named(data[row + 1][at])}`))
            .filter(Boolean)
            .join(", ")}`,
      }),
  );
}

const columns = (points) => [points.map((point) => point.at), points.map((point) => point.value)];
