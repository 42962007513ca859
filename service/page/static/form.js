// What is asked: a recording, and what is known about it.

import { Refused, ask, askJson } from "./api.js";
import { at, element, onTyping } from "./element.js";
import { report } from "./report.js";
import { capital, digits, sentence } from "./words.js";

const FIELDS = ["speed_rpm", "bearing", "rate_hz", "channel", "unit", "sensitivity_mv_g", "source"];
const UNDER_MORE = ["rate_hz", "channel", "unit", "sensitivity_mv_g", "source"];
// What the service calls the recording when it is wrong.
const OF_FILE = ["file", "samples", "body", "content_type", "length", "scale"];

const found = new Map();

let prepared = false;

// `identity`: the measuring point that the recording is of, if it was chosen elsewhere.
export async function open(identity) {
  if (!prepared) prepare();
  prepared = true;
  if (!identity) return; // what was filled in stays
  forgetDemo();
  await setAsset(identity);
}

async function setAsset(identity) {
  if (at("asset").value === identity) return;
  at("asset").value = identity;
  await sayAsset();
}

function prepare() {
  offerDemos();
  acceptDrops();
  // What belonged to a demo is not true of anything else.
  at("file").addEventListener("change", forgetDemo);
  at("asset").addEventListener("input", forgetDemo);
  at("asset").addEventListener("input", unname);
  for (const [field, say] of [
    ["bearing", sayBearing],
    ["asset", sayAsset],
  ]) {
    onTyping(at(field), say);
    at(field).addEventListener("focus", say);
  }
  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    diagnose();
  });
}

// Who comes back is not to find the point of the address in place of what was chosen here.
const unname = () => history.replaceState(null, "", "#diagnose");

const OF_DEMO = ["speed_rpm", "bearing", "rate_hz"];

async function offerDemos() {
  const demos = new Map((await askJson("/v1/demos").catch(none)).map((demo) => [demo.name, demo]));
  at("demo").append(...[...demos.values()].map((demo) => element("option", { value: demo.name }, demo.title)));
  at("demo").addEventListener("change", () => {
    if (at("demo").value !== "") {
      at("file").value = "";
      setAsset(""); // it is of no real machine
      unname();
    }
    tellDemo(demos.get(at("demo").value) ?? {});
  });
}

function none(error) {
  if (!(error instanceof Refused)) throw error;
  return [];
}

function tellDemo(known) {
  for (const field of OF_DEMO) at(field).value = known[field] ?? "";
  sayBearing();
}

function forgetDemo() {
  if (at("demo").value === "") return;
  at("demo").value = "";
  tellDemo({});
}

function acceptDrops() {
  const drop = at("drop");
  const over = (event) => {
    event.preventDefault();
    drop.classList.toggle("over", event.type === "dragover");
  };
  for (const kind of ["dragover", "dragleave", "drop"]) drop.addEventListener(kind, over);
  drop.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    at("file").files = event.dataTransfer.files;
    at("file").dispatchEvent(new Event("change"));
  });
}

const HINT = "Designation, or geometry such as 9,0.2034 (balls, diameter ratio)";

async function sayBearing() {
  const text = at("bearing").value.trim();
  const said = at("bearing-found");
  if (/[=,]/.test(text)) {
    said.textContent = "Read as a geometry, or as orders";
    return;
  }
  const key = text.slice(0, 80);
  if (!found.has(key)) {
    try {
      found.set(key, await askJson(`/v1/bearings?search=${encodeURIComponent(key)}`));
    } catch {
      return; // the diagnosis itself will say what is wrong
    }
  }
  if (at("bearing").value.trim() !== text) return;
  const bearings = found.get(key);
  at("bearings").replaceChildren(...bearings.map((each) => element("option", { value: each.designation })));
  if (text === "") said.textContent = HINT;
  else if (bearings.length === 0) said.textContent = "Not in the catalogue: give balls and diameter ratio, such as 9,0.2034";
  else if (bearings.length > 1) said.textContent = `In the catalogue: ${bearings.map((each) => each.designation).join(", ")}`;
  else {
    const [one] = bearings;
    said.textContent =
      `${one.designation}: ${one.rolling_elements} rolling elements; per revolution BPFO ${digits(one.bpfo)}, ` +
      `BPFI ${digits(one.bpfi)}, BSF ${digits(one.bsf)}, FTF ${digits(one.ftf)}`;
  }
}

const NO_ASSET = "Registered under Assets: its speed and bearing are known, and it is asked what has changed";

// Offers the points that are like what is typed, and says which one is meant.
async function sayAsset() {
  const text = at("asset").value.trim();
  const query = text === "" ? "" : `&search=${encodeURIComponent(text.slice(0, 80))}`;
  let points;
  try {
    points = (await askJson(`/v1/overview?limit=20${query}`)).assets;
  } catch {
    return; // nothing is kept here: the diagnosis itself says so where a point was named
  }
  if (at("asset").value.trim() !== text) return;
  at("assets-offered").replaceChildren(...points.map((point) => element("option", { value: point.id }, `${point.machine}: ${point.point}`)));
  const meant = points.find((point) => point.id === text);
  const healthy = meant && (meant.commissioned ? `${meant.commissioned} healthy recordings` : "not commissioned, so nothing is known of change");
  at("asset-found").textContent = meant
    ? `${meant.machine}: ${meant.point}; ${healthy}`
    : text === ""
      ? NO_ASSET
      : points.length
        ? "Choose one of those offered"
        : "There is no such point";
  if (meant) at("of-asset").open = true;
}

async function diagnose() {
  clearRefusals();
  const result = at("result");
  at("go").disabled = true;
  at("go").textContent = "Diagnosing…";
  result.setAttribute("aria-busy", "true");
  try {
    const asked = question();
    if (asked === null) return;
    const { form, demo, path, name } = asked;
    if (demo !== "") form.append("file", await (await ask(`/v1/demos/${demo}`)).blob(), `${demo}.npy`);
    const answer = await askJson(path, { method: "POST", body: form });
    at("empty").hidden = true;
    at("report").hidden = false;
    report(at("report"), answer, name);
    at("told").textContent = at("report").querySelector(".said").textContent;
    result.focus({ preventScroll: true });
    if (result.getBoundingClientRect().top > innerHeight / 2) result.scrollIntoView();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // What stood there was about another recording.
    at("report").hidden = true;
    at("empty").hidden = false;
    at("told").textContent = "";
    showRefusal(error);
  } finally {
    at("go").disabled = false;
    at("go").textContent = "Diagnose";
    result.setAttribute("aria-busy", "false");
  }
}

// All that is asked, as it stands in the form now: somebody may choose something else while it is answered.
function question() {
  const form = new FormData();
  const [file] = at("file").files;
  const demo = file === undefined ? at("demo").value : "";
  if (file !== undefined) form.append("file", file);
  else if (demo === "") {
    refuse("file", "Choose a recording first.");
    at("file").focus();
    return null;
  }
  for (const field of FIELDS) {
    const value = at(field).value.trim();
    if (value !== "") form.append(field, value);
  }
  const asset = at("asset").value.trim();
  const path = asset === "" ? "/v1/diagnose/explain" : `/v1/assets/${encodeURIComponent(asset)}/explain`;
  const name = file?.name ?? `${at("demo").selectedOptions[0].textContent} (simulated)`;
  const source = at("source").value;
  return { form, demo, path, name: source ? `${source}: ${name}` : name };
}

function clearRefusals() {
  for (const place of document.querySelectorAll("#ask .refusal")) place.replaceChildren();
  for (const field of document.querySelectorAll("#ask [aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showRefusal(error) {
  for (const { field, reason, what_to_do: advice } of error.problems) {
    const name = OF_FILE.includes(field) ? "file" : field;
    if (name === "file" || name === "asset" || FIELDS.includes(name)) {
      if (UNDER_MORE.includes(name)) at("more").open = true;
      refuse(name, "");
    }
    const what = name === "file" ? "The recording cannot be read" : capital(name.replaceAll("_", " "));
    at("ask-refusal").append(
      element("p", {}, element("strong", {}, `${what}: `), `${sentence(reason)} `),
      element("p", {}, name === "file" ? forPeople(field, advice) : advice),
    );
  }
  document.querySelector("#ask [aria-invalid]")?.focus();
}

// The service speaks to whoever writes programs; here somebody has chosen a file.
const forPeople = (field, advice) =>
  field === "length"
    ? "Send a shorter recording."
    : field === "scale"
      ? advice
      : "Choose another file: a second or more, as CSV, WAV, NPY, MATLAB, TDMS or UFF.";

function refuse(name, text) {
  at(name).setAttribute("aria-invalid", "true");
  at(`${name}-refusal`).textContent = text;
}
