// Reads the Kaplan-Meier curves under the pointer, or with the arrow keys. Without it the figures stand as they are.
"use strict";
for (const figure of document.querySelectorAll(".km")) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const area = figure.querySelector(".concat_0_group path.background");
  const read = figure.querySelector(".read");
  if (!area || !read) continue;
  const hint = "Point at the curves, or use the arrow keys, to read them.";
  const box = area.getBBox();
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  line.setAttribute("stroke", "#5b6673");
  line.setAttribute("stroke-width", "1");
  line.setAttribute("pointer-events", "none");
  line.setAttribute("visibility", "hidden");
  line.setAttribute("y1", box.y);
  line.setAttribute("y2", box.y + box.height);
  area.parentNode.appendChild(line);
  let months = 0;
  read.textContent = hint;

  const last = (curve) => curve.months[curve.months.length - 1];
  const percent = (share) => (100 * share).toFixed(1);

  function step(curve) {
    let low = 0, high = curve.months.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (curve.months[middle] <= months) low = middle; else high = middle - 1;
    }
    return low;
  }

  function said(curve) {
    const item = document.createElement("span");
    const dot = document.createElement("i");
    dot.style.background = curve.colour;
    item.append(dot, `${curve.name}: `);
    if (months > last(curve)) { item.append("no longer followed"); return item; }
    const at = step(curve);
    const value = document.createElement("b");
    value.textContent = `${percent(curve.shares[at])} %`;
    item.append(value);
    if (curve.lower[at] !== null && curve.upper[at] !== null) {
      item.append(` (${percent(curve.lower[at])}–${percent(curve.upper[at])})`);
    }
    return item;
  }

  function show(at) {
    months = Math.min(Math.max(at, 0), data.end);
    const x = box.x + (box.width * months) / data.end;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.setAttribute("visibility", "visible");
    const when = document.createElement("b");
    when.textContent = `${months.toFixed(1)} months`;
    read.replaceChildren(when, ...data.curves.map(said));
  }

  function hide() {
    line.setAttribute("visibility", "hidden");
    read.textContent = hint;
  }

  figure.querySelector("svg").addEventListener("pointermove", (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(area.getScreenCTM().inverse());
    const inside = place.x >= box.x && place.x <= box.x + box.width && place.y >= box.y && place.y <= box.y + box.height;
    if (inside) show((data.end * (place.x - box.x)) / box.width); else hide();
  });
  figure.querySelector("svg").addEventListener("pointerleave", hide);
  figure.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1, PageUp: 12, PageDown: -12 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    show(months + move);
  });
  figure.addEventListener("blur", hide);
}
