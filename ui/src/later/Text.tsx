// The little of Markdown that text panels use: paragraphs, lists, `code`, **bold**, links. Never HTML.
import type { ComponentChildren } from "preact";
import type { PanelModel } from "../dashboard/model.ts";
import { inText, type Values } from "../dashboard/template.ts";

export default function Text({ panel, vars }: { panel: PanelModel; vars: Values }) {
  return <div class="text-panel" tabIndex={0}><Markdown text={inText(String(panel.options?.content ?? ""), vars)} /></div>;
}

export function Markdown({ text }: { text: string }) {
  return <>{text.trim().split(/\n{2,}/).map((block, i) => <Block key={i} text={block} />)}</>;
}

function Block({ text }: { text: string }) {
  const heading = /^(#{1,4})\s+(.*)$/.exec(text);
  if (heading) return <h4><Inline text={heading[2]!} /></h4>;
  const lines = text.split("\n");
  if (lines.every((l) => /^\s*[-*]\s/.test(l))) return <ul>{lines.map((l, i) => <li key={i}><Inline text={l.replace(/^\s*[-*]\s+/, "")} /></li>)}</ul>;
  return <p><Inline text={lines.join(" ")} /></p>;
}

const inline = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

function Inline({ text }: { text: string }) {
  const out: ComponentChildren[] = [];
  let at = 0;
  for (const m of text.matchAll(inline)) {
    out.push(text.slice(at, m.index));
    out.push(m[1] ? <code>{m[1]}</code> : m[2] ? <b>{m[2]}</b> : safe(m[4]!) ? <a href={m[4]}>{m[3]}</a> : m[3]);
    at = m.index + m[0].length;
  }
  out.push(text.slice(at));
  return <>{out}</>;
}

/** Only paths of our own and https are links. */
const safe = (href: string) => /^(\/(?!\/)|https?:\/\/|#)/.test(href);
