// How the service itself fares.

import { askJson } from "./api.js";
import { at, card, element, facts, refusal } from "./element.js";
import { figure } from "./figure.js";
import { curves } from "./plot.js";
import { forgetIn } from "./sheet.js";
import { digits, energy, short } from "./words.js";

const place = at("system");
const MIB = 1 << 20;

let drawn = null; // by_minute, as it is in the figure

export async function open() {
  drawn = null;
  forgetIn(place);
  const tiles = element("div", { class: "tiles" });
  const chart = element("div");
  const more = element("div");
  place.replaceChildren(element("h1", {}, "System"), tiles, chart, more);
  await read();
}

async function read() {
  try {
    show(await askJson("/v1/system"));
  } catch (error) {
    place.lastElementChild.replaceChildren(card("Nothing can be shown", refusal(error)));
  }
}

export async function told(kind, data) {
  if (kind === "system") show(data);
  else if (kind === "all") await read();
}

function show(system) {
  const [, tiles, chart, more] = place.children;
  if (more === undefined) return;
  const { latency, waiting, today } = system;
  const hour = system.by_minute.reduce((sum, count) => sum + count, 0);
  tiles.replaceChildren(
    tile("Answers in the last hour", String(hour), `${system.by_minute.at(-2)} in the last full minute; by this service since it started`),
    tile(
      "Time for an answer",
      latency ? `${digits(latency.median_ms)} ms` : "–",
      latency
        ? `the middle one of the last ${latency.n}; 95 % took under ${digits(latency.p95_ms)} ms, ` +
            `the longest ${digits(latency.most_ms)} ms, waiting left out`
        : "none in the last hour",
    ),
    tile(
      "Waiting",
      `${waiting.requests} of ${waiting.of}`,
      `${digits(waiting.bytes / MIB)} of ${waiting.of_bytes / MIB} MiB; ${waiting.threads} answered at once`,
    ),
    tile(
      "Energy today",
      today ? energy(today.energy_nj) : "–",
      today
        ? `of ${today.diagnoses} diagnoses since ${short(today.since)}; ` +
            `what hardware of profile ${system.energy_profile} would spend, not this computer`
        : "nothing is kept, or the store does not answer",
    ),
  );
  if (String(drawn) !== String(system.by_minute)) draw(chart, system.by_minute);
  const rows = [
    ["Version", system.version],
    ["Models that answer", system.bundles.join(", ") || "none"],
    ["Not stored yet", `${system.not_stored_yet} diagnoses`],
    ["Signals in memory", `${digits(system.signals_bytes / MIB)} MiB`],
    ["Messages to be sent", String(system.alarms_waiting)],
    ["MQTT", system.mqtt ?? "no broker is set"],
    ["Warnings", system.warnings.join("; ") || "none"],
  ];
  more.replaceChildren(facts("State", rows));
}

const tile = (name, value, note) =>
  element(
    "section",
    { class: "card tile", "aria-label": name },
    element("h2", {}, name),
    element("p", { class: "value" }, value),
    element("p", { class: "hint" }, note),
  );

function draw(chart, counts) {
  drawn = counts;
  forgetIn(chart);
  chart.replaceChildren();
  const minutes = counts.map((_, at) => at - counts.length + 1);
  figure(
    chart,
    {
      title: "Answers a minute",
      note: "Of the last hour; the last minute is not over.",
      alt: `At most ${Math.max(...counts)} a minute, ${counts.at(-2)} in the last full one`,
      height: 200,
      paper: 80,
    },
    (host, width, height) =>
      curves(host, width, height, {
        data: [minutes, counts],
        series: [{ colour: "--trace", fill: "--fill" }],
        x: "minutes from now",
        y: "answers a minute",
        range: (_plot, _low, high) => [0, Math.max(5, 1.1 * (high || 0))],
        bars: true,
        say: () => "",
      }),
  );
}
