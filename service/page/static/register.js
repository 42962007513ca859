// Registering a measuring point: what is told once need not be told with each recording.

import { askJson } from "./api.js";
import { element, labelled, refusal } from "./element.js";

const GROUPS = [
  ["", "not known"],
  ["1", "above 300 kW"],
  ["2", "15 to 300 kW"],
];

export function register(made) {
  const fields = {};
  const field = (name, label, given, hint) => {
    fields[name] = element("input", { id: `new-${name}`, autocomplete: "off", ...given });
    const made = labelled(label, fields[name]);
    if (hint) made.append(element("p", { class: "hint" }, hint));
    return made;
  };
  const choice = (name, label, options) => {
    fields[name] = element("select", { id: `new-${name}` }, ...options.map(([value, words]) => element("option", { value }, words)));
    return labelled(label, fields[name]);
  };
  const said = element("div");
  const form = element(
    "form",
    { class: "grid" },
    field("machine", "Machine", { required: true, maxlength: "120", placeholder: "mill 3" }),
    field("point", "Point", { required: true, maxlength: "120", placeholder: "fan, drive end" }),
    field(
      "id",
      "Id",
      { required: true, maxlength: "64", pattern: "[a-z0-9][a-z0-9._\\-]*", placeholder: "mill-3.fan.de" },
      "Small letters, digits, . _ -",
    ),
    field("bearing", "Bearing", { maxlength: "200", placeholder: "6205" }, "Designation, or 9,0.2034 (balls, diameter ratio)"),
    field(
      "rpm",
      ["Shaft speed ", element("span", { class: "unit" }, "rpm")],
      { type: "number", min: "30", max: "60000", step: "any", placeholder: "1480" },
      "Leave it out where each recording brings its own",
    ),
    field("axes", "Axes", { required: true, value: "x", maxlength: "200" }, "Names with commas between, each a channel of a recording"),
    choice("group", "Power", GROUPS),
    choice("foundation", "Foundation", [
      ["rigid", "rigid"],
      ["flexible", "flexible"],
    ]),
    element("div", { class: "actions" }, element("button", { type: "submit" }, "Register")),
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = (name) => fields[name].value.trim();
    const asset = {
      id: value("id"),
      machine: value("machine"),
      point: value("point"),
      axes: value("axes")
        .split(",")
        .map((name) => ({ name: name.trim() })),
      bearing: value("bearing") || null,
      speed: value("rpm") ? { kind: "fixed", rpm: Number(value("rpm")) } : { kind: "given" },
      machine_class: value("group") ? { group: Number(value("group")), foundation: value("foundation") } : null,
    };
    try {
      made(await askJson("/v1/assets", { method: "POST", json: asset }));
    } catch (error) {
      said.replaceChildren(refusal(error));
    }
  });
  return element("details", { class: "card" }, element("summary", {}, "Register a measuring point"), form);
}
