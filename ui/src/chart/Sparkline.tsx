/** The course of a figure, from zero, with its limit drawn in. Decorative: the figure and its words say the same. */
export function Sparkline({ values, limit, level }: { values: number[]; limit?: number | undefined; level: string }) {
  const known = values.filter((v) => Number.isFinite(v));
  if (known.length < 2) return null;
  const top = Math.max(...known, limit === undefined ? 0 : limit * 1.15, Number.MIN_VALUE) * 1.05;
  const y = (v: number) => 100 - (v / top) * 100;
  const parts = stretches(values);
  const width = values.length - 1;
  return (
    <svg class="spark" data-level={level} viewBox={`0 0 ${width} 100`} preserveAspectRatio="none" aria-hidden="true">
      {parts.map((p) => {
        const line = p.map(([x, v], i) => `${i ? "L" : "M"}${x} ${y(v).toFixed(2)}`).join("");
        return <g key={p[0]![0]}><path class="spark-area" d={`${line}L${p[p.length - 1]![0]} 100L${p[0]![0]} 100Z`} /><path class="spark-line" d={line} vector-effect="non-scaling-stroke" /></g>;
      })}
      {limit !== undefined && <path class="spark-limit" d={`M0 ${y(limit)}L${width} ${y(limit)}`} vector-effect="non-scaling-stroke" />}
    </svg>
  );
}

/** Runs of values without a gap. */
function stretches(values: number[]): [number, number][][] {
  const out: [number, number][][] = [];
  let open: [number, number][] = [];
  values.forEach((v, i) => {
    if (Number.isFinite(v)) open.push([i, v]);
    else if (open.length) { out.push(open); open = []; }
  });
  if (open.length) out.push(open);
  return out.filter((p) => p.length > 1);
}
