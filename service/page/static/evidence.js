// What the answer rests on, one figure after the other.

import { element } from "./element.js";
import { figure } from "./figure.js";
import { curves } from "./plot.js";
import { axes, canvas, colour, font, text, textSize, ticks } from "./sheet.js";
import { COLOURS, MARK_COLOURS, MARK_MEANS, MARK_OF, NAMES, capital, digits } from "./words.js";

export function evidence(place, { diagnosis, pictures }) {
  const { waveform, envelope, envelope_reason: reason, spectrogram, course, window: seen, spikes } = pictures;
  drawWaveform(place, waveform, seen);
  if (envelope === null) say(place, "Envelope spectrum", reason);
  else drawEnvelope(place, envelope, diagnosis);
  drawSpectrogram(place, spectrogram);
  if (course !== null) drawCourse(place, course);
  const title = diagnosis.fault === null ? "What the network saw" : `Why ${NAMES[diagnosis.fault]}: what the network saw`;
  if (seen?.curve) drawCurve(place, seen, title);
  if (seen?.combs) drawCombs(place, seen, title);
  if (spikes !== null) drawSpikes(place, spikes, seen);
}

function say(place, title, words) {
  place.append(element("section", { class: "card" }, element("h3", {}, title), element("p", { class: "hint" }, words)));
}

function drawWaveform(place, { step_s: step, unit, low, high }, seen) {
  const times = low.map((_, at) => at * step);
  const shade = (context, toX, _toY, box) => {
    if (!seen) return;
    context.fillStyle = colour("--for");
    context.globalAlpha = 0.12;
    const [left, right] = [toX(seen.start_s), toX(seen.start_s + seen.seconds)];
    context.fillRect(left, box.top, right - left, box.height);
  };
  const peak = Math.max(...high.map(Math.abs), ...low.map(Math.abs));
  figure(
    place,
    {
      title: "Waveform",
      note: `Every peak is kept${seen ? "; shaded: the window that spoke most clearly, shown below" : ""}.`,
      alt: `Acceleration over ${digits(step * low.length)} seconds, peak ${digits(peak)} ${unit}`,
      zooms: true,
      height: 210,
      paper: 92,
    },
    (host, width, height, reading) =>
      curves(host, width, height, {
        data: [times, low, high],
        series: [{ colour: "--trace" }, { colour: "--trace" }],
        bands: [[2, 1]],
        x: "time (s)",
        y: `acceleration (${unit})`,
        under: shade,
        reading,
        say: (at) => `${times[at].toFixed(4)} s: ${low[at]} to ${high[at]} ${unit}`,
      }),
  );
}

function drawEnvelope(place, envelope, diagnosis) {
  const { bin_hz: bin, amplitudes, marks, unit, band_hz: band } = envelope;
  const frequencies = amplitudes.map((_, at) => at * bin);
  const shaft = diagnosis.signal.speed_rpm === null ? null : diagnosis.signal.speed_rpm / 60;
  const named = MARK_OF[diagnosis.fault];
  const chosen = new Set(named ? [named] : marks.map((mark) => mark.name));
  const boxes = element(
    "fieldset",
    { class: "marks" },
    element("legend", { class: "hint" }, "Mark where each part would show, with its tolerance and sidebands"),
  );
  for (const mark of marks) {
    const box = element("input", { type: "checkbox", checked: chosen.has(mark.name) });
    const swatch = element("span", { class: "swatch" });
    swatch.style.color = `var(${MARK_COLOURS[mark.name]})`;
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(mark.name);
      else chosen.delete(mark.name);
      host.plot.redraw(false);
    });
    boxes.append(element("label", {}, box, swatch, `${mark.name} ${mark.hz.toFixed(1)} Hz (${MARK_MEANS[mark.name]})`));
  }
  const shade = (context, toX, _toY, { top, height }) => {
    for (const mark of marks.filter((each) => chosen.has(each.name))) {
      context.fillStyle = colour(MARK_COLOURS[mark.name]);
      for (let k = 1; k <= mark.harmonics; k += 1) {
        const [centre, off] = [k * mark.hz, k * mark.hz * mark.tolerance];
        const band = (middle, alpha) => {
          context.globalAlpha = alpha;
          const left = toX(middle - off);
          context.fillRect(left, top, Math.max(1, toX(middle + off) - left), height);
        };
        band(centre, 0.3);
        if (mark.sideband_hz !== null) for (const side of [-1, 1]) band(centre + side * mark.sideband_hz, 0.13);
      }
    }
  };
  const label = (context, toX, _toY, { top }) => {
    const size = textSize() * devicePixelRatio;
    let row = 0;
    for (const mark of marks.filter((each) => chosen.has(each.name))) {
      context.fillStyle = colour(MARK_COLOURS[mark.name]);
      for (let k = 1; k <= mark.harmonics; k += 1) {
        context.fillText(k === 1 ? mark.name : `${k}×`, toX(k * mark.hz) + 3 * devicePixelRatio, top + size * (1.1 + 1.15 * row));
      }
      row += 1;
    }
  };
  const highest = amplitudes.indexOf(Math.max(...amplitudes.slice(1)));
  const order = (hz) => (shaft === null ? "" : ` = ${(hz / shaft).toFixed(2)} per revolution`);
  const host = figure(
    place,
    {
      title: "Envelope spectrum",
      note:
        `How often something rings between ${band[0] / 1e3} and ${band[1] / 1e3} kHz; the whole recording, ` +
        `${envelope.segments} ${envelope.segments === 1 ? "piece" : "pieces"} of ${digits(envelope.segment_s)} s averaged` +
        (marks.length ? "." : "; no lines are marked without speed and bearing."),
      alt:
        `Envelope spectrum up to ${Math.round(frequencies.at(-1))} hertz; ` +
        `the highest line is at ${frequencies[highest].toFixed(1)} hertz${order(frequencies[highest])}`,
      zooms: true,
      height: 300,
      paper: 100,
      extra: marks.length ? boxes : undefined,
    },
    (on, width, height, reading) =>
      curves(on, width, height, {
        data: [frequencies, amplitudes],
        series: [{ colour: "--trace", width: 1.2 }],
        x: "frequency (Hz)",
        y: `amplitude (${unit})`,
        range: (_plot, _low, high) => [0, (high || 1) * 1.25],
        under: shade,
        over: label,
        reading,
        say: (at) => `${frequencies[at].toFixed(2)} Hz${order(frequencies[at])}: ${amplitudes[at]} ${unit}`,
      }),
  );
}

const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

// From dark over blue and orange to light: readable in both themes and without colour.
const HEAT = [
  [8, 12, 40],
  [45, 35, 120],
  [150, 45, 110],
  [235, 110, 50],
  [255, 235, 160],
];

function heat(share) {
  const at = Math.min(HEAT.length - 1.001, Math.max(0, share * (HEAT.length - 1)));
  const [from, to] = [HEAT[Math.floor(at)], HEAT[Math.floor(at) + 1]];
  return from.map((value, part) => value + (to[part] - value) * (at % 1));
}

// Pixels of width x height, coloured by `shade(column, row)` -> [r, g, b, a], to be drawn at any size.
function image(width, height, shade) {
  const made = document.createElement("canvas");
  made.width = width;
  made.height = height;
  const context = made.getContext("2d");
  const pixels = context.createImageData(width, height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) pixels.data.set(shade(column, row), 4 * (row * width + column));
  }
  context.putImageData(pixels, 0, 0);
  return made;
}

function drawSpectrogram(place, { rows, columns, levels, seconds, highest_hz: top, low_db: low, high_db: high, unit }) {
  const share = (at) => (levels.charCodeAt(at) - 48) / 63;
  const picture = image(columns, rows, (column, row) => [...heat(share((rows - 1 - row) * columns + column)), 255]);
  const scale = image(1, 64, (_, row) => [...heat(1 - row / 63), 255]);
  figure(
    place,
    {
      title: "Spectrogram",
      note: "Power over time; a steady machine gives even stripes.",
      alt: `Power over time and frequency up to ${digits(top / 1e3)} kilohertz, from ${low} to ${high} decibels`,
      half: true,
      height: 290,
      paper: 100,
    },
    (host, width, height) => {
      const context = canvas(host, width, height);
      const box = { left: 58, top: 8, width: width - 58 - 76, height: height - 8 - 3.7 * textSize() };
      context.drawImage(picture, box.left, box.top, box.width, box.height);
      axes(context, box, { low: 0, high: seconds, label: "time (s)" }, { low: 0, high: top / 1e3, label: "frequency (kHz)" });
      const left = box.left + box.width + 12;
      context.drawImage(scale, left, box.top, 10, box.height);
      text(context, high.toFixed(0), left + 14, box.top + 6);
      text(context, low.toFixed(0), left + 14, box.top + box.height - 6);
      text(context, `dB (${unit}²/Hz)`, left + 42, box.top + box.height / 2, { align: "center", turn: -Math.PI / 2 });
    },
  );
}

function drawCourse(place, { starts_s: starts, step_s: step, probabilities }) {
  const faults = Object.keys(probabilities);
  const last = starts.at(-1) + step;
  const dashes = { normal: [2, 4], inner_race: [8, 4], rolling_element: [12, 4, 2, 4] };
  figure(
    place,
    {
      title: "Along the recording",
      note: "Each window alone; a real fault holds from one to the next.",
      alt: faults
        .map(
          (fault) =>
            `${NAMES[fault]}: ${Math.round(100 * Math.min(...probabilities[fault]))} to ${Math.round(100 * Math.max(...probabilities[fault]))} %`,
        )
        .join(", "),
      half: true,
      height: 258,
      paper: 100,
      legend: faults.map((fault) => [COLOURS[fault], capital(NAMES[fault])]),
    },
    (host, width, height) =>
      curves(host, width, height, {
        data: [[...starts, last], ...faults.map((fault) => [...probabilities[fault], probabilities[fault].at(-1)].map((share) => 100 * share))],
        series: faults.map((fault) => ({ colour: COLOURS[fault], width: 2.2, dash: dashes[fault] })),
        x: "time (s)",
        y: "probability (%)",
        range: () => [-3, 103],
        steps: true,
        say: () => "",
      }),
  );
}

const strongest = (parts) => Math.max(0.05, ...parts.map((part) => Math.abs(part.owed)));
const OWED = [
  ["--for", "spoke for the answer"],
  ["--against", "spoke against it"],
];
const HOW_OWED = "The stronger a colour, the more the answer changed when that part was covered and the network asked again.";

function where(seen) {
  const band = seen.band_hz ? `, band ${seen.band_hz[0] / 1e3} to ${seen.band_hz[1] / 1e3} kHz` : "";
  return `The window at ${seen.start_s.toFixed(2)} s (${digits(seen.seconds)} s long${band})`;
}

function drawCurve(place, seen, title) {
  const { values, segments, x_step: step, x_label: xLabel, y_label: yLabel } = seen.curve;
  const places = values.map((_, at) => at * step);
  const most = strongest(segments);
  const top = segments.reduce((one, other) => (other.owed > one.owed ? other : one));
  const shade = (context, toX, _toY, box) => {
    for (const { first, last, owed } of segments) {
      context.fillStyle = colour(owed > 0 ? "--for" : "--against");
      context.globalAlpha = (0.55 * Math.abs(owed)) / most;
      const left = toX(first * step);
      context.fillRect(left, box.top, toX(last * step) - left, box.height);
    }
  };
  figure(
    place,
    {
      title,
      note: `${where(seen)}.`,
      how: HOW_OWED,
      alt: `${where(seen)}; the part from ${digits(top.first * step)} to ${digits(top.last * step)} (${xLabel}) spoke most for the answer`,
      half: null,
      zooms: true,
      height: 260,
      paper: 165,
      legend: OWED,
    },
    (host, width, height, reading) =>
      curves(host, width, height, {
        data: [places, values],
        series: [{ colour: "--trace" }],
        x: xLabel,
        y: yLabel,
        under: shade,
        reading,
        say: (at) => `${digits(places[at])}: ${values[at]}`,
      }),
  );
}

function drawCombs(place, seen, title) {
  const lines = seen.combs.flatMap((comb) => comb.lines.map((line) => ({ ...line, fault: comb.fault })));
  const most = strongest(lines);
  const [low, high] = [Math.min(-2, ...lines.map((line) => line.height_db)), 1.1 * Math.max(6, ...lines.map((line) => line.height_db))];
  const best = [...lines]
    .sort((one, other) => other.owed - one.owed)
    .slice(0, 3)
    .filter((line) => line.owed > 0);
  const told = best.map((line) => `${line.label} of the ${NAMES[line.fault]}`).join(", ");
  figure(
    place,
    {
      title,
      note:
        `${where(seen)}: how high lines stand over their surroundings, at the places where each part would show. ` +
        (told ? `Most: ${told}.` : "No single line decided."),
      how: HOW_OWED,
      alt: `Heights of ${lines.length} lines in decibels${told ? `; most for the answer spoke ${told}` : ""}`,
      half: null,
      height: 450,
      paper: 125,
      legend: OWED,
    },
    (host, width, height) => {
      const context = canvas(host, width, height);
      const small = width < 560;
      const size = Math.min(textSize(), small ? 9 : 12) - (textSize() < 12 ? 2 : 0);
      const foot = 7.6 * size;
      const head = 1.5 * size;
      const rows = seen.combs.length;
      const each = (height - foot) / rows;
      context.font = font(size);
      seen.combs.forEach((comb, row) => {
        const box = { left: 52, top: row * each + head, width: width - 60, height: each - head - 4 };
        const toY = (value) => box.top + box.height - ((value - low) / (high - low)) * box.height;
        const wide = box.width / comb.lines.length;
        text(context, `${capital(NAMES[comb.fault])}`, box.left + 4, box.top - 2, { ink: "--ink" });
        for (const value of ticks(0, high, 2)) text(context, String(value), box.left - 6, toY(value), { align: "right" });
        comb.lines.forEach(({ height_db: tall, owed }, at) => {
          const [top, bottom] = [toY(Math.max(tall, 0)), toY(Math.min(tall, 0))];
          const place = [box.left + at * wide + wide * 0.12, top, wide * 0.76, Math.max(1, bottom - top)];
          context.fillStyle = colour("--grid");
          context.fillRect(...place);
          context.globalAlpha = Math.abs(owed) / most;
          context.fillStyle = colour(owed > 0 ? "--for" : "--against");
          context.fillRect(...place);
          context.globalAlpha = 1;
          context.strokeStyle = colour("--axis");
          context.lineWidth = 0.6;
          context.strokeRect(...place);
        });
        context.strokeStyle = colour("--axis");
        context.beginPath();
        context.moveTo(box.left, toY(0));
        context.lineTo(box.left + box.width, toY(0));
        context.stroke();
        if (row === rows - 1) {
          comb.lines.forEach(({ label }, at) =>
            text(context, label, box.left + (at + 0.5) * wide, box.top + box.height + size * 0.7, { align: "right", turn: -Math.PI / 3 }),
          );
        }
      });
      text(context, "height (dB)", 10, (height - foot) / 2, { align: "center", turn: -Math.PI / 2 });
      text(context, "multiple of the part's frequency, ± sidebands", 52 + (width - 60) / 2, height - size / 2, { align: "center" });
    },
  );
}

function drawSpikes(place, trains, seen) {
  const overPlaces = seen.combs === null;
  const rows = trains.reduce((sum, train) => sum + train.timesteps, 0);
  const total = trains.reduce((sum, train) => sum + train.rate * train.timesteps * train.channels * train.length, 0);
  const gap = 6;
  const paintings = trains.map((train) => ({ train, steps: stepsOf(train, overPlaces) }));
  figure(
    place,
    {
      title: "Spikes",
      note:
        `Each spike of that window, by layer and timestep` +
        (overPlaces ? "" : "; across: the neurons of a layer, and down in each step the three parts") +
        ". The share in brackets is how often a neuron fired.",
      alt: `${Math.round(total)} spikes; ${trains.map((train) => `${train.name} ${(100 * train.rate).toFixed(1)} %`).join(", ")}`,
      half: null,
      height: Math.max(180, 18 * rows + gap * trains.length + 40),
      paper: 125,
    },
    (host, width, height) => {
      const context = canvas(host, width, height);
      const narrow = width < 560;
      if (narrow) context.font = font(Math.min(10, textSize()));
      const box = { left: narrow ? 128 : 190, top: 4, width: width - (narrow ? 134 : 200), height: height - 40 };
      const each = (box.height - gap * (trains.length - 1)) / rows;
      let top = box.top;
      const ink = colour("--trace");
      for (const { train, steps } of paintings) {
        const tall = each * train.timesteps;
        text(context, `${train.name} (${(100 * train.rate).toFixed(0)} %)`, box.left - 10, top + tall / 2, { align: "right" });
        steps.forEach((mask, step) => {
          const tinted = tint(mask, ink);
          context.imageSmoothingEnabled = tinted.width > box.width || tinted.height > each;
          context.drawImage(tinted, box.left, top + step * each, box.width, each - 1);
        });
        context.strokeStyle = colour("--edge");
        context.strokeRect(box.left, top, box.width, tall);
        top += tall + gap;
      }
      const across = overPlaces ? `${seen.curve.x_label.replace(" (ms)", "")}, from the beginning of the window to its end` : "neuron of the layer";
      text(context, across, box.left + box.width / 2, height - 12, { align: "center" });
      text(context, narrow ? "layer" : "layer (firing rate), timesteps downward", 10, box.top + box.height / 2, {
        align: "center",
        turn: -Math.PI / 2,
      });
    },
  );
}

// One mask for each timestep: across the places, or, where there are fewer of them than neurons, across the neurons.
function stepsOf({ timesteps, channels, length, spikes }, overPlaces) {
  const packed = bytes(spikes);
  const fired = (at) => (packed[at >> 3] >> (7 - (at & 7))) & 1;
  return Array.from({ length: timesteps }, (_, step) => {
    const from = step * channels * length;
    return overPlaces
      ? image(length, channels, (column, row) => [0, 0, 0, 255 * fired(from + row * length + column)])
      : image(channels, length, (column, row) => [0, 0, 0, 255 * fired(from + column * length + row)]);
  });
}

function tint(mask, ink) {
  const made = document.createElement("canvas");
  made.width = mask.width;
  made.height = mask.height;
  const context = made.getContext("2d");
  context.drawImage(mask, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = ink;
  context.fillRect(0, 0, made.width, made.height);
  return made;
}
