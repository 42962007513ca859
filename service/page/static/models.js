// Which models there are, what they reach, which of them answer, and what the one in the shadow says.

import { askJson, inOrder } from "./api.js";
import { at, button, card, element, redraw, refusal, table, unshown } from "./element.js";
import { markdown } from "./markdown.js";
import { NAMES, capital, percent } from "./words.js";

const place = at("models");
const STATES = { active: "answers", challenger: "in the shadow", refused: "refused", available: "available" };

const asked = inOrder();

let session = null;
let still = null;
let candidate = null; // for the shadow
let said = element("div", { role: "status" });

export async function open(rest, signedIn, isShown) {
  session = signedIn;
  still = isShown;
  said = element("div", { role: "status" });
  const [name, version] = rest.split("/");
  if (version !== undefined) await openCard(name, version);
  else await draw();
}

export async function told(kind) {
  if ((kind === "models" || kind === "all") && !location.hash.slice(1).includes("/")) await draw();
}

async function draw() {
  const [isShown, isNew] = [still, asked()];
  try {
    const models = await askJson("/v1/models");
    const names = [...new Set([...models.bundles.map((each) => each.name), ...Object.keys(models.refused).map((each) => each.split("/")[0])])].sort();
    const versions = await Promise.all(
      names.map((name) => askJson(`/v1/models/${name}/versions`).catch(() => ({ name, versions: [], before: null }))),
    );
    const shadow = await askJson("/v1/models/challenger");
    if (!isShown() || !isNew()) return;
    const only = "Your key may look only: activating a version, rolling back and the shadow need one with the scope admin.";
    const parts = [
      element("h1", {}, "Models"),
      said,
      ...(may() ? [] : [element("p", { class: "hint" }, only)]),
      ...versions.map((each) =>
        bundle(
          each,
          models.bundles.find((model) => model.name === each.name),
        ),
      ),
      challenger(shadow, versions),
    ];
    redraw(place, () => place.replaceChildren(...parts));
  } catch (error) {
    if (isShown() && isNew()) place.replaceChildren(...unshown("Models", error));
  }
}

const may = () => session.scopes.includes("admin");

async function change(path, how, words) {
  try {
    await askJson(path, how);
    said.replaceChildren(element("p", { class: "kept" }, words));
  } catch (error) {
    said.replaceChildren(refusal(error));
  }
  await draw();
}

function bundle({ name, versions, before }, model) {
  const rows = versions.map((each) => {
    const actions = element(
      "div",
      { class: "actions" },
      element("a", { href: `#models/${name}/${each.version}` }, `Card of ${name} ${each.version}`),
    );
    if (may() && each.state !== "active" && each.state !== "refused") {
      actions.append(
        button(
          "Activate",
          () =>
            change(
              `/v1/models/${name}/activate`,
              { method: "POST", json: { version: each.version } },
              `${name} ${each.version} answers from now on.`,
            ),
          { name: `Activate ${name} ${each.version}` },
        ),
      );
    }
    return [each.version, STATES[each.state] + (each.reason ? `: ${each.reason}` : ""), each.signature ?? "not looked at", actions];
  });
  const title = model ? `${name} ${model.version}` : `${name}: no version answers`;
  const made = card(title, ...(model ? [reads(model)] : []));
  made.append(table(`Versions of ${name}`, ["Version", "State", "Signature", "More"], rows));
  if (before !== null && may()) {
    made.append(
      element(
        "div",
        { class: "actions" },
        button(`Roll back to ${before}`, () => change(`/v1/models/${name}/rollback`, { method: "POST" }, `${name} ${before} answers again.`), {
          name: `Roll ${name} back to ${before}`,
        }),
      ),
    );
  }
  if (model) made.append(element("details", {}, element("summary", { id: `reached-${name}` }, "What it reached"), figures(model)));
  return made;
}

const READS = {
  aligned: "needs shaft speed and bearing",
  order: "needs the shaft speed",
  time: "needs neither speed nor bearing",
};

function reads(model) {
  const missed = model.miss_rate.never_seen ?? model.miss_rate.same_machine;
  const scope = model.miss_rate.never_seen ? "machines that it has never seen" : "machines that it trained on";
  const words = [capital(READS[model.front_end.kind] ?? model.front_end.kind), `trained ${model.trained_on}`];
  if (missed)
    words.push(
      `it missed ${missed.missed} of ${missed.of} faulty recordings of ${scope} ` +
        `(95 %: ${percent(missed.interval[0])} to ${percent(missed.interval[1])})`,
    );
  return element("p", {}, `${words.join("; ")}.`);
}

function figures(model) {
  const rows = model.figures.map((each) => [
    each.rig.toUpperCase(),
    capital(NAMES[each.fault]),
    each.span,
    each.recordings_right === undefined || each.recordings_right === null ? "–" : `${each.recordings_right} of ${each.recordings}`,
    each.interval ? `${percent(each.interval[0])} to ${percent(each.interval[1])}` : "–",
    `${(100 * each.window_accuracy).toFixed(1)} % of ${each.windows}`,
  ]);
  return table(
    `What ${model.name} ${model.version} reached`,
    ["Rig", "Fault", "Tested on", "Recordings right", "95 % interval", "Windows right"],
    rows,
  );
}

function challenger(report, versions) {
  const made = card("In the shadow");
  made.append(
    element(
      "p",
      { class: "hint" },
      "A challenger is asked what a model with the same kind of input has answered, after the answer was sent. Nobody sees what it says but here.",
    ),
  );
  if (report.challenger === null) made.append(element("p", {}, "Nothing answers in the shadow."));
  else {
    const share = report.asked ? `; it disagreed in ${report.disagreed} (${percent(report.disagreed / report.asked)})` : "";
    made.append(
      element(
        "p",
        {},
        element("strong", {}, report.challenger),
        ` was asked ${report.asked === 1 ? "once" : `${report.asked} times`}${share}. ` +
          `${report.waiting} wait, ${report.dropped} were left out, ${report.failed} failed.`,
      ),
    );
    const words = ({ verdict, fault }) => (fault === null ? verdict.replaceAll("_", " ") : NAMES[fault]);
    if (report.pairs.length)
      made.append(
        table(
          "What was answered, and what the challenger said",
          ["Answered", "Challenger said", "How often"],
          report.pairs.map((pair) => [capital(words(pair.answered)), capital(words(pair.challenger)), String(pair.count)]),
        ),
      );
    if (may())
      made.append(button("Take it out of the shadow", () => change("/v1/models/challenger", { method: "DELETE" }, "Nothing answers in the shadow.")));
  }
  const free = versions.flatMap(({ name, versions: of }) => of.filter((each) => each.state === "available").map((each) => `${name}/${each.version}`));
  if (may() && free.length) {
    const select = element("select", { id: "shadow" }, ...free.map((each) => element("option", { selected: each === candidate }, each)));
    select.addEventListener("change", () => (candidate = select.value));
    made.append(
      element(
        "div",
        { class: "choose" },
        element("label", { for: "shadow" }, "Put in the shadow"),
        select,
        button(
          "Put",
          () => change("/v1/models/challenger", { method: "PUT", json: { bundle: select.value } }, `${select.value} answers in the shadow.`),
          { name: "Put it in the shadow" },
        ),
      ),
    );
  }
  return made;
}

async function openCard(name, version) {
  const isShown = still;
  const back = element("p", { class: "back" }, element("a", { href: "#models" }, "‹ All models"));
  try {
    const { card: text, model } = await askJson(`/v1/models/${name}/versions/${version}`);
    if (!isShown()) return;
    const written = text === null ? [element("h1", {}, `${name} ${version}`), element("p", {}, "It has no model card.")] : markdown(text);
    place.replaceChildren(back, element("article", { class: "card prose" }, ...written));
    if (model.signature) place.append(element("p", { class: "hint" }, `Signature: ${model.signature}`));
  } catch (error) {
    if (isShown()) place.replaceChildren(back, ...unshown(`${name} ${version}`, error));
  }
}
