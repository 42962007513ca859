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
  for (const [size, unit] of [[1e6, "mJ"], [1e3, "µJ"]]) {
    if (nanojoules >= size) return `${digits(nanojoules / size)} ${unit}`;
  }
  return `${digits(nanojoules)} nJ`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// An element with its attributes, properties by their name, and children.
export function element(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
