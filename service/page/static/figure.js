// A figure of the page: a drawing with its title, what it shows, and its tools.

import { button, element } from "./element.js";
import { HOW, zoom } from "./plot.js";
import { savePng, show } from "./sheet.js";

const ZOOMS = [
  ["out", "−", "Zoom out"],
  ["in", "+", "Zoom in"],
  ["left", "‹", "Move left"],
  ["right", "›", "Move right"],
  ["all", "All", "Show all"],
];

// A figure with its title, what it shows, on the screen how to read it, what stands for it where it cannot be seen, its
// tools, and the part of its curves that is looked at (`plot.js`).
export function figure(place, { title, note, how, alt, half = false, zooms = false, height, paper, extra, legend, view }, paint) {
  const host = element("div", { class: "drawn", role: "img", "aria-label": alt });
  host.style.minHeight = `${height}px`;
  host.view = view;
  const reading = element("output", { class: "reading", "aria-live": "off" }, HOW);
  const tools = element("div", { class: "tools", role: "group", "aria-label": `${title}: tools` });
  if (zooms) {
    for (const [by, sign, name] of ZOOMS) tools.append(button(sign, () => zoom(host, by), { name: `${name}: ${title}` }));
  }
  tools.append(button("PNG", () => savePng(host, title, [note, how].filter(Boolean).join(" "), legend), { name: `Save as PNG: ${title}` }));
  const caption = element(
    "figcaption",
    {},
    element("h3", {}, title),
    tools,
    element("p", {}, note),
    ...(how ? [element("p", { class: "how" }, how)] : []),
  );
  const made = element(
    "figure",
    { class: half ? "card half" : half === null ? "card half-on-paper" : "card" },
    caption,
    ...[extra, legend && named(legend)].filter(Boolean),
    host,
  );
  if (zooms) made.append(reading);
  place.append(made);
  show(host, { height, paper, half: half || half === null }, (on, width, high) => paint(on, width, high, reading));
  return host;
}

function named(legend) {
  const made = element("p", { class: "marks" });
  for (const [name, words] of legend) {
    const swatch = element("span", { class: "swatch" });
    swatch.style.color = `var(${name})`;
    made.append(element("span", { class: "mark" }, swatch, words));
  }
  return made;
}
