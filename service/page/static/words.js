// Names, numbers and units as people read them.

export const NAMES = {
  normal: "nothing found",
  inner_race: "inner race",
  outer_race: "outer race",
  rolling_element: "rolling element",
};

// The variable in style.css that a fault is drawn in, and the mark that goes with it.
export const COLOURS = { normal: "--normal", inner_race: "--inner", outer_race: "--outer", rolling_element: "--rolling" };
export const MARK_COLOURS = { BPFO: "--outer", BPFI: "--inner", "2×BSF": "--rolling", FTF: "--cage" };
export const MARK_MEANS = { BPFO: "outer race", BPFI: "inner race", "2×BSF": "rolling element", FTF: "cage" };
export const MARK_OF = { outer_race: "BPFO", inner_race: "BPFI", rolling_element: "2×BSF" };

export const percent = (share) => (share >= 0.995 && share < 1 ? "over 99 %" : `${Math.round(share * 100)} %`);

export const digits = (value, count = 3) => String(Number(value.toPrecision(count)));

export function energy(nanojoules) {
  for (const [size, unit] of [
    [1e9, "J"],
    [1e6, "mJ"],
    [1e3, "µJ"],
  ]) {
    if (nanojoules >= size) return `${digits(nanojoules / size)} ${unit}`;
  }
  return `${digits(nanojoules)} nJ`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

export const sentence = (text) => (text.endsWith(".") ? text : `${text}.`);

// Where a measuring point stands, and what a recording alone says.
export const LEVELS = { alarm: "alarm", watch: "watch", no_verdict: "no verdict", quiet: "quiet", unheard: "not heard yet" };
export const LEVEL_COLOURS = { alarm: "--alarm", watch: "--watch", no_verdict: "--normal", quiet: "--calm", unheard: "--normal" };
// How a verdict of that level is set off.
export const LEVEL_KINDS = { alarm: "fault", watch: "none", no_verdict: "none", quiet: "normal", unheard: "none" };
export const FINDINGS = {
  inner_race: "inner race damaged",
  outer_race: "outer race damaged",
  rolling_element: "rolling element damaged",
  several: "several parts damaged",
  normal: "nothing wrong",
  sensor_broken: "sensor broken",
  other: "something else",
};
export const VERDICTS = { unknown: "unlike anything learned", not_applicable: "no model fits", sensor_fault: "sensor fault" };

// In this device's zone: 2026-11-26 18:30:05; `short` leaves the seconds out.
export const moment = (given) => new Date(given).toLocaleString("sv-SE");
export const short = (given) => moment(given).slice(0, 16);

export function ago(given) {
  const minutes = (Date.now() - new Date(given)) / 60_000;
  if (minutes < 1) return "just now";
  for (const [size, unit] of [
    [1440, "day"],
    [60, "hour"],
    [1, "minute"],
  ]) {
    const count = Math.floor(minutes / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
}
