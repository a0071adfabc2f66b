import type { Part } from "../state/server.ts";

/** A sentence of the server: names, values and links stand out as their kind says. */
export function Parts({ parts }: { parts: Part[] }) {
  return <>{parts.map((p, i) => {
    const inside = p.kind === "name" ? <span class="part-name">{p.text}</span> : p.kind === "value" ? <b class="part-value">{p.text}</b> : p.kind === "limit" ? <b>{p.text}</b> : p.text;
    return p.href?.startsWith("/") && !p.href.startsWith("//") ? <a key={i} href={p.href}>{inside}</a> : <span key={i}>{inside}</span>;
  })}</>;
}
