// Drawings on the page: each is drawn anew when its width, the colours or the medium change.

const FACES = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const PAPER = { full: 720, half: 352 };

const drawings = new Map();
export let onPaper = false;

// In px of the page; on paper all is smaller.
export const textSize = () => (onPaper ? 9 : 12);
export const font = (size = textSize(), weight = 400) => `${weight} ${size}px ${FACES}`;
// Of what an axis is called: on paper an axis is hardly longer than that.
export const labelFont = () => font(onPaper ? 7 : 12);
export const labelSize = () => (onPaper ? 11 : 20);
// The least between two ticks, from below to above.
export const tickSpace = () => (onPaper ? 14 : 30);

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// `paint(host, width, height)` fills the host, and may return what undoes it. Heights are px: on the screen, on paper.
export function show(host, { height, paper, half = false }, paint) {
  drawings.set(host, { height, paper, half, paint, width: 0, undo: undefined });
  draw(host);
  watcher.observe(host);
}

// What is drawn within `place` will not be drawn again.
export function forgetIn(place) {
  for (const [host, drawing] of drawings) {
    if (!place.contains(host)) continue;
    watcher.unobserve(host);
    drawing.undo?.();
    drawings.delete(host);
  }
}

function draw(host) {
  const drawing = drawings.get(host);
  const width = onPaper ? (drawing.half ? PAPER.half : PAPER.full) : Math.floor(host.clientWidth);
  if (width < 40) return;
  drawing.undo?.();
  host.replaceChildren();
  drawing.width = width;
  drawing.undo = drawing.paint(host, width, onPaper ? drawing.paper : drawing.height);
}

const drawAll = () => [...drawings.keys()].forEach(draw);

const watcher = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const drawing = drawings.get(target);
    if (!onPaper && drawing && Math.floor(target.clientWidth) !== drawing.width) draw(target);
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
const putOnPaper = (paper) => {
  onPaper = paper;
  document.documentElement.classList.toggle("paper", paper);
  drawAll();
};
addEventListener("beforeprint", () => putOnPaper(true));
addEventListener("afterprint", () => putOnPaper(false));

// A canvas of so many px, sharp on every screen, and what draws on it.
export function canvas(host, width, height) {
  const made = document.createElement("canvas");
  const scale = onPaper ? 2 : devicePixelRatio || 1;
  made.width = Math.round(width * scale);
  made.height = Math.round(height * scale);
  made.style.width = `${width}px`;
  made.style.height = `${height}px`;
  host.append(made);
  const context = made.getContext("2d");
  context.scale(scale, scale);
  context.font = font();
  context.textBaseline = "middle";
  return context;
}

export function text(context, words, x, y, { align = "left", turn = 0, ink = "--axis" } = {}) {
  context.save();
  context.translate(x, y);
  context.rotate(turn);
  context.textAlign = align;
  context.fillStyle = colour(ink);
  context.fillText(words, 0, 0);
  context.restore();
}

// Round numbers within [low, high], at most so many.
export function ticks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}

// Both axes around `box`, each { low, high, label }; gives what turns values into px.
export function axes(context, box, x, y) {
  const toX = (value) => box.left + ((value - x.low) / (x.high - x.low)) * box.width;
  const toY = (value) => box.top + box.height - ((value - y.low) / (y.high - y.low)) * box.height;
  for (const value of ticks(x.low, x.high, box.width / 70))
    text(context, String(value), toX(value), box.top + box.height + textSize(), { align: "center" });
  for (const value of ticks(y.low, y.high, box.height / 35)) text(context, String(value), box.left - 6, toY(value), { align: "right" });
  text(context, x.label, box.left + box.width / 2, box.top + box.height + 2.5 * textSize(), { align: "center" });
  context.font = labelFont();
  text(context, y.label, 10, box.top + box.height / 2, { align: "center", turn: -Math.PI / 2 });
  context.font = font();
  context.strokeStyle = colour("--edge");
  context.strokeRect(box.left, box.top, box.width, box.height);
  return { toX, toY };
}

// The drawing as a picture with its title, what it shows, and what its colours mean: [[name in style.css, words]].
export function savePng(host, title, note, legend = []) {
  const drawn = host.querySelector("canvas");
  const scale = drawn.width / drawn.clientWidth;
  const whole = document.createElement("canvas");
  const context = whole.getContext("2d");
  context.font = font(12 * scale);
  const lines = wrapped(context, note, drawn.width - 20 * scale);
  const marks = placed(context, legend, drawn.width, scale);
  const [top, below] = [34 + 17 * lines.length, marks.length ? 20 * (marks.at(-1).row + 1) : 0];
  const head = (top + below) * scale;
  whole.width = drawn.width;
  whole.height = drawn.height + head;
  context.fillStyle = colour("--card");
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = colour("--ink");
  context.font = font(15 * scale, 600);
  context.fillText(title, 10 * scale, 22 * scale);
  context.fillStyle = colour("--soft");
  context.font = font(12 * scale);
  lines.forEach((line, row) => context.fillText(line, 10 * scale, (41 + 17 * row) * scale));
  for (const { name, words, left, row } of marks) {
    const foot = (top + 10 + 20 * row) * scale;
    context.fillStyle = colour(name);
    context.fillRect(left, foot - 10 * scale, 11 * scale, 11 * scale);
    context.fillStyle = colour("--ink");
    context.fillText(words, left + 16 * scale, foot);
  }
  context.drawImage(drawn, 0, head);
  whole.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}

function wrapped(context, words, width) {
  const lines = [""];
  for (const word of words.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// Where each mark of a legend stands, in rows that fit.
function placed(context, legend, width, scale) {
  let [left, row] = [10 * scale, 0];
  return legend.map(([name, words]) => {
    const wide = context.measureText(words).width + 36 * scale;
    if (left > 10 * scale && left + wide > width) [left, row] = [10 * scale, row + 1];
    const mark = { name, words, left, row };
    left += wide;
    return mark;
  });
}
