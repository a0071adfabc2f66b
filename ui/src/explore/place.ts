/** Takes the place out of Prometheus' words: `1:8: parse error: …`, or a note that ends in `(1:6)`. */
export function placed(text: string): { said: string; at?: [number, number] } {
  const short = text.replace(/^invalid parameter "query": /, "").replace(/^PromQL (info|warning): /, "");
  const before = /^(\d+):(\d+): (.*)$/s.exec(short);
  if (before) return { said: before[3]!, at: [Number(before[1]), Number(before[2])] };
  const after = /^(.*) \((\d+):(\d+)\)$/s.exec(short);
  return after ? { said: after[1]!, at: [Number(after[2]), Number(after[3])] } : { said: short };
}
