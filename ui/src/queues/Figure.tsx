import type { ComponentChildren } from "preact";
import { pieces } from "../units/format.ts";

interface Props { title: string; value: ComponentChildren; note?: ComponentChildren; chip?: ComponentChildren; level?: string | undefined }

/** One large figure with what it means. */
export function Figure({ title, value, note, chip, level }: Props) {
  return (
    <section class="card figure queue-figure" data-level={level}>
      <header><h2>{title}</h2>{chip}</header>
      <p class="stat-value">{value}</p>
      <p class="figure-note">{note}</p>
    </section>
  );
}

/** A value with its unit at half its size. */
export const Amount = ({ value, unit }: { value: number; unit: string }) => <>{pieces(value, unit).map((p) => <span key={p.unit}>{p.figure}{p.unit && <small>{p.unit}</small>}</span>)}</>;
