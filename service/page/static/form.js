// What is asked: a recording, and what is known about it.

import { Refused, ask, askJson } from "./api.js";
import { report } from "./report.js";
import { capital, digits, element } from "./words.js";

const FIELDS = ["speed_rpm", "bearing", "rate_hz", "channel", "unit", "sensitivity_mv_g", "source"];
const UNDER_MORE = ["rate_hz", "channel", "unit", "sensitivity_mv_g", "source"];
// What the service calls the recording when it is wrong.
const OF_FILE = ["file", "samples", "body", "content_type", "length", "scale"];
const TYPING_MS = 150;

const at = (id) => document.getElementById(id);
const found = new Map();

export function prepare() {
  offerDemos();
  acceptDrops();
  searchBearings();
  at("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    diagnose();
  });
}

async function offerDemos() {
  const demos = new Map((await askJson("/v1/demos")).map((demo) => [demo.name, demo]));
  at("demo").append(...[...demos.values()].map((demo) => element("option", { value: demo.name }, demo.title)));
  at("demo").addEventListener("change", () => {
    const demo = demos.get(at("demo").value);
    if (demo === undefined) return;
    at("file").value = "";
    for (const field of ["speed_rpm", "bearing", "rate_hz"]) at(field).value = demo[field];
    sayBearing();
  });
  at("file").addEventListener("change", () => {
    // What belonged to a demo is not true of a file.
    if (at("demo").value !== "") for (const field of ["speed_rpm", "bearing", "rate_hz"]) at(field).value = "";
    at("demo").value = "";
    sayBearing();
  });
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

function searchBearings() {
  let waiting;
  at("bearing").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(sayBearing, TYPING_MS);
  });
  at("bearing").addEventListener("focus", sayBearing);
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

async function diagnose() {
  clearRefusals();
  const result = at("result");
  at("go").disabled = true;
  at("go").textContent = "Diagnosing…";
  result.setAttribute("aria-busy", "true");
  try {
    const form = await question();
    if (form === null) return;
    const answer = await askJson("/v1/diagnose/explain", { method: "POST", body: form });
    at("empty").hidden = true;
    at("report").hidden = false;
    report(at("report"), answer, nameOfRecording());
    result.focus({ preventScroll: true });
    if (result.getBoundingClientRect().top > innerHeight / 2) result.scrollIntoView();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // What stood there was about another recording.
    at("report").hidden = true;
    at("empty").hidden = false;
    showRefusal(error);
  } finally {
    at("go").disabled = false;
    at("go").textContent = "Diagnose";
    result.setAttribute("aria-busy", "false");
  }
}

function nameOfRecording() {
  const [file] = at("file").files;
  const name = file ? file.name : `${at("demo").selectedOptions[0].textContent} (simulated)`;
  return at("source").value ? `${at("source").value}: ${name}` : name;
}

async function question() {
  const form = new FormData();
  const [file] = at("file").files;
  if (file !== undefined) form.append("file", file);
  else if (at("demo").value !== "") {
    const demo = await ask(`/v1/demos/${at("demo").value}`);
    form.append("file", await demo.blob(), `${at("demo").value}.npy`);
  } else {
    refuse("file", "Choose a recording first.");
    at("file").focus();
    return null;
  }
  for (const field of FIELDS) {
    const value = at(field).value.trim();
    if (value !== "") form.append(field, value);
  }
  return form;
}

function clearRefusals() {
  for (const place of document.querySelectorAll("#ask .refusal")) place.replaceChildren();
  for (const field of document.querySelectorAll("#ask [aria-invalid]")) field.removeAttribute("aria-invalid");
}

function showRefusal(error) {
  for (const { field, reason, what_to_do: advice } of error.problems) {
    const name = OF_FILE.includes(field) ? "file" : field;
    if (name === "file" || FIELDS.includes(name)) {
      if (UNDER_MORE.includes(name)) at("more").open = true;
      refuse(name, "");
    }
    const what = name === "file" ? "The recording cannot be read" : capital(name.replaceAll("_", " "));
    at("ask-refusal").append(
      element("p", {}, element("strong", {}, `${what}: `), `${reason}. `),
      element("p", {}, name === "file" ? forPeople(field, advice) : advice),
    );
  }
  document.querySelector("#ask [aria-invalid]")?.focus();
}

// The service speaks to whoever writes programs; here somebody has chosen a file.
const forPeople = (field, advice) =>
  field === "length" ? "Send a shorter recording." : field === "scale" ? advice : "Choose another file, or export it again: CSV, WAV, NPY, MATLAB, TDMS or UFF.";

function refuse(name, text) {
  at(name).setAttribute("aria-invalid", "true");
  at(`${name}-refusal`).textContent = text;
}
