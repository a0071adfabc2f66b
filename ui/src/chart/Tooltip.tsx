import { useLayoutEffect, useRef } from "preact/hooks";
import { format } from "../units/format.ts";
import { fullTime } from "./axis.ts";
import { tip } from "./tip.ts";
import { Swatch } from "./Legend.tsx";

const mostRows = 10;

/** Time, then all series by value, largest first. It never covers the point under the cursor. */
export function Tooltip() {
  const box = useRef<HTMLDivElement>(null);
  const now = tip.value;
  useLayoutEffect(() => { if (now && box.current) place(box.current, now.x, now.y); });
  if (!now) return null;
  const rows = now.rows.filter((r) => !Number.isNaN(r.value) || r.text).sort((a, b) => b.value - a.value);
  return (
    <div class="tip" ref={box} aria-hidden="true">
      <div class="tip-time">{now.title ?? fullTime(now.at)}</div>
      {now.marks?.map((m) => <div class="tip-mark" key={m.text + m.at}>{m.text}</div>)}
      {rows.length === 0 && <div class="tip-none">nothing recorded here</div>}
      {rows.slice(0, mostRows).map((r) => (
        <div class="tip-row" key={r.name}><Swatch colour={r.colour} dash={r.dash} /><span class="tip-name">{r.name}</span><b>{r.text ?? format(r.value, r.unit, r.decimals)}</b></div>
      ))}
      {rows.length > mostRows && <div class="tip-none">and {rows.length - mostRows} more</div>}
    </div>
  );
}

function place(box: HTMLElement, x: number, y: number) {
  const gap = 16, { offsetWidth: w, offsetHeight: h } = box;
  const right = x + gap + w <= window.innerWidth - 8;
  const left = right ? x + gap : Math.max(8, x - gap - w);
  const top = Math.min(Math.max(8, y - h / 2), window.innerHeight - h - 8);
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}
