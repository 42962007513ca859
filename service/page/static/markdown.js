// As much of Markdown as model cards use: headings, paragraphs, lists, tables, code, emphasis. No HTML gets through.

import { element, table } from "./element.js";

export function markdown(text) {
  const made = [];
  for (const block of text.trim().split(/\n\s*\n/)) {
    const lines = block.split("\n");
    const heading = /^(#{1,4}) (.*)/.exec(lines[0]);
    if (heading) {
      made.push(element(`h${heading[1].length}`, {}, ...inline(heading[2])));
      lines.shift();
    }
    if (lines.length === 0) continue;
    if (lines[0].startsWith("|") && lines.length > 1) made.push(tableOf(lines, made));
    else if (lines[0].startsWith("- ")) made.push(element("ul", {}, ...items(lines)));
    else made.push(element("p", {}, ...inline(lines.join(" "))));
  }
  return made;
}

const cells = (line) =>
  line
    .replace(/^\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function tableOf(lines, before) {
  const [heads, , ...rows] = lines.map(cells);
  const title = before.findLast((each) => /^H\d$/.test(each.tagName))?.textContent ?? "Table";
  return table(
    title,
    heads,
    rows.map((row) => row.map((cell) => element("span", {}, ...inline(cell)))),
  );
}

// A line that begins with no dash goes on with the item before.
const items = (lines) =>
  lines
    .join("\n")
    .split(/^- /m)
    .filter(Boolean)
    .map((item) => element("li", {}, ...inline(item.replaceAll(/\s*\n\s*/g, " "))));

function inline(text) {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter(Boolean)
    .map((part) => {
      if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
      if (part.startsWith("**")) return element("strong", {}, part.slice(2, -2));
      return part;
    });
}
