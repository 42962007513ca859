// Commissioning, step by step: how does the machine sound when it is healthy?

import { Refused, ask, askJson } from "./api.js";
import { at, button, element, labelled, level, redraw, refusal, table } from "./element.js";
import { capital, digits, short } from "./words.js";

const FIRM = 19;
const OLDER = 50; // at a time

export class Commissioning {
  constructor(identity, session, changed) {
    this.identity = identity;
    this.path = `/v1/assets/${identity}/baseline`;
    this.may = session.scopes.includes("admin");
    this.changed = changed;
    this.asset = null;
    this.offered = new Map(); // of diagnoses by their id
    this.next = null; // cursor of those before; null: there are none
    this.busy = false;
    this.files = element("input", { id: "healthy", type: "file", multiple: true, accept: at("file").accept });
    this.past = element("fieldset", { class: "choices" });
    this.speed = element("input", { id: "healthy-speed", type: "number", min: "30", max: "60000", step: "any" });
    this.rate = element("input", { id: "healthy-rate", type: "number", min: "500", step: "any", placeholder: "25600" });
    this.extend = element("input", { id: "extend", type: "checkbox", checked: true });
    this.pieces = element("input", { id: "pieces", type: "checkbox" });
    this.why = element("input", { id: "why", minlength: "3", maxlength: "200", autocomplete: "off" });
    this.what = element("div");
    this.doubts = element("div");
    this.result = element("div", { role: "status" });
    this.history = element("div");
    this.go = button("Check and take them", () => this.take(false), { kind: "" });
    this.steps = [
      step("What it needs", this.what),
      step(
        "Choose recordings of the healthy machine",
        labelled("Files, each a recording with every axis", this.files),
        this.past,
        element(
          "div",
          { class: "grid" },
          labelled("Shaft speed (rpm), where neither point nor file says it", this.speed),
          labelled("Sampling rate (Hz), where the file does not say it", this.rate),
        ),
        checked(this.extend, "Add to what is known (without: begin anew, after a repair or another sensor)"),
        checked(this.pieces, "They were cut from one recording"),
        element("div", { class: "actions" }, this.go),
      ),
      step("Confirm what does not look healthy", this.doubts),
      step("What it knows", this.result, this.history),
    ];
    this.title = element("h2");
    this.place = element("details", { class: "card" }, element("summary", {}, this.title), element("ol", { class: "steps" }, ...this.steps));
    this.told = false;
    this.at(0);
  }

  show(asset, baseline, newest) {
    this.asset = asset;
    this.renew(newest);
    if (this.busy) return;
    const axes = Object.entries(baseline.axes);
    const fewest = axes.length === asset.axes.length ? Math.min(...axes.map(([, axis]) => axis.n)) : 0;
    const promise = (n) => `${Math.round(100 / (n + 1))} %`;
    this.title.textContent = `Commissioning: ${fewest ? `${fewest} healthy recordings` : "not commissioned yet"}`;
    if (!this.told) this.place.open = fewest === 0;
    this.told = true;
    this.what.replaceChildren(
      element(
        "p",
        {},
        "Recordings on several days, at the speeds and loads that the machine has, when it is surely healthy: just overhauled, say. " +
          "Two are the least, 19 make it firm.",
      ),
      element(
        "p",
        { class: "hint" },
        fewest
          ? `It has ${fewest}: no rate of false alarms under ${promise(fewest)} can be promised` +
              (fewest < FIRM ? `; with ${FIRM} it would be ${promise(FIRM)}.` : ".")
          : "It has none yet: nothing can be said about change, and two voices speak instead of three.",
      ),
    );
    this.offer();
    this.extend.parentElement.hidden = axes.length === 0;
    this.standing(axes, baseline.history);
    for (const field of this.place.querySelectorAll("input, button")) field.disabled = !this.may;
    if (!this.may)
      this.what.append(element("p", { class: "hint" }, "Your key may look only: a wrong baseline hides a fault, so this needs the scope admin."));
    this.at(axes.length ? 3 : 1);
  }

  // Where none of the newest is known, there may be others between them and those that are: only what is chosen stays.
  renew(newest) {
    const known = newest.diagnoses.some(({ id }) => this.offered.has(id));
    const chosen = new Set(this.chosen());
    if (!known) this.offered = new Map([...this.offered].filter(([id]) => chosen.has(id)));
    this.keep(newest, known ? this.next : newest.next);
  }

  keep({ diagnoses }, next) {
    for (const each of diagnoses) this.offered.set(each.id, each);
    this.next = next;
  }

  // To choose from, the newest first.
  offer() {
    const chosen = new Set(this.chosen());
    const ids = [...this.offered.keys()]
      .filter((id) => this.offered.get(id).level !== null)
      .sort()
      .reverse();
    const choices = ids.map((id) => {
      const { time, axis, level: name } = this.offered.get(id);
      const box = element("input", { id: `healthy-${id}`, type: "checkbox", value: id, checked: chosen.has(id) });
      return element("label", { class: "check" }, box, `${short(time)}, ${axis} `, level(name));
    });
    const older = this.next === null ? [] : [button("Show older ones", () => this.older())];
    this.past.replaceChildren(element("legend", {}, "Or recordings that were diagnosed already"), ...choices, ...older);
    this.past.hidden = choices.length + older.length === 0;
  }

  async older() {
    const cursor = this.next;
    const query = new URLSearchParams({ asset: this.identity, limit: OLDER, cursor });
    try {
      const page = await askJson(`/v1/diagnoses?${query}`);
      if (this.next !== cursor) return; // begun anew meanwhile
      this.keep(page, page.next);
      redraw(this.past, () => this.offer());
    } catch (error) {
      this.result.replaceChildren(refusal(error));
    }
  }

  // The number of the step that somebody is at; the others stay to be read.
  at(number) {
    this.steps.forEach((each, place) => {
      if (place === number) each.setAttribute("aria-current", "step");
      else each.removeAttribute("aria-current");
    });
    this.steps[2].hidden = number !== 2;
  }

  chosen() {
    return [...this.past.querySelectorAll("input:checked")].map((box) => box.value);
  }

  async take(confirmed) {
    const ids = this.chosen();
    if (this.files.files.length === 0 && ids.length === 0) {
      this.result.replaceChildren(element("p", { class: "refusal" }, "Choose recordings first: files, or some that were diagnosed."));
      return;
    }
    const query = new URLSearchParams({ mode: this.extend.checked && !this.extend.parentElement.hidden ? "extend" : "new" });
    if (this.pieces.checked) query.set("pieces", "true");
    if (confirmed) {
      query.set("confirm", "true");
      query.set("why", this.why.value.trim());
    }
    this.busy = true;
    this.go.disabled = true;
    this.go.textContent = "Checking…";
    try {
      const made = await (await ask(`${this.path}?${query}`, { method: "POST", ...this.body(ids) })).json();
      this.files.value = "";
      for (const box of this.past.querySelectorAll("input:checked")) box.checked = false;
      this.result.replaceChildren(element("p", { class: "kept" }, `Taken: version ${made.version}.`));
      this.busy = false;
      await this.changed();
    } catch (error) {
      if (error instanceof Refused && error.status === 409 && error.problems[0].field === "confirm") this.confirm(error);
      else this.result.replaceChildren(refusal(error));
    } finally {
      this.busy = this.steps[2].hidden === false;
      this.go.disabled = false;
      this.go.textContent = "Check and take them";
    }
  }

  body(ids) {
    if (this.files.files.length === 0) return { json: { diagnoses: ids } };
    const form = new FormData();
    for (const file of this.files.files) form.append("file", file);
    if (this.speed.value) form.append("speed_rpm", this.speed.value);
    if (this.rate.value) form.append("rate_hz", this.rate.value);
    return { body: form };
  }

  confirm(error) {
    this.at(2);
    const done = () => {
      this.busy = false;
      this.at(1);
    };
    const all = button(
      "Take them all the same",
      () => {
        if (this.why.value.trim().length < 3) {
          this.why.setAttribute("aria-invalid", "true");
          this.why.focus();
          return;
        }
        this.at(1);
        this.take(true);
      },
      { kind: "" },
    );
    this.doubts.replaceChildren(
      element("ul", { role: "alert" }, ...error.problems.map((each) => element("li", {}, each.reason))),
      element("p", {}, "A baseline that holds a fault hides it. Nothing is kept yet."),
      labelled("Why they are healthy all the same (3 letters or more)", this.why),
      element("div", { class: "actions" }, all, button("Leave them", done)),
    );
    this.why.focus();
  }

  standing(axes, history) {
    this.history.replaceChildren();
    if (axes.length === 0) {
      this.history.append(element("p", { class: "hint" }, "Nothing yet."));
      return;
    }
    const rows = axes.flatMap(([name, axis]) =>
      axis.speed_ranges.map((range) => [
        name,
        range.speed_rpm === null
          ? "not known"
          : range.speed_rpm
              .map((rpm) => digits(rpm, 5))
              .filter((rpm, at, all) => at === 0 || rpm !== all[0])
              .join(" to ") + " rpm",
        String(range.n),
        `${Math.round(100 * range.lowest_rate)} %`,
        axis.provisional ? "provisional" : "firm",
      ]),
    );
    this.history.append(table("What it knows of each axis", ["Axis", "Speed", "Recordings", "False alarms, at best", "State"], rows));
    for (const [name, axis] of axes) {
      for (const told of [...axis.cautions, ...axis.doubts]) this.history.append(element("p", { class: "hint" }, `Axis ${name}: ${told}.`));
      if (axis.why) this.history.append(element("p", { class: "hint" }, `Taken all the same: ${axis.why}.`));
    }
    const [newest] = history.filter((version) => version.undone === null);
    const past = history
      .slice(0, 5)
      .map(
        (version) =>
          `version ${version.version}, ${short(version.made)}: ${Object.values(version.n).join(", ")} recordings${version.undone ? " (undone)" : ""}`,
      );
    this.history.append(element("p", { class: "hint" }, `${capital(past.join("; "))}.`));
    if (newest && this.may)
      this.history.append(
        element(
          "div",
          { class: "actions" },
          button(`Undo version ${newest.version}`, () => this.undo(newest.version)),
        ),
      );
  }

  async undo(version) {
    try {
      await askJson(`${this.path}?version=${version}`, { method: "DELETE" });
      this.result.replaceChildren(element("p", { class: "kept" }, `Version ${version} is undone; what it took the place of stands again.`));
      await this.changed();
    } catch (error) {
      this.result.replaceChildren(refusal(error));
    }
  }
}

const step = (title, ...children) => element("li", {}, element("h3", {}, title), ...children);
const checked = (box, words) => element("label", { class: "check" }, box, words);
