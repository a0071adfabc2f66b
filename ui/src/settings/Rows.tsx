import type { ComponentChildren } from "preact";

/** Names with what they are, one a line. */
export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="facts-list">{children}</dl>;

/** One of them. */
export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => <div><dt>{name}</dt><dd>{children}</dd></div>;

/** How full something is. The words beside it say the same. */
export const Meter = ({ share, need }: { share: number; need: string }) => <i class="meter" data-level={need} style={{ "--share": `${Math.max(share > 0 ? 0.5 : 0, share * 100)}%` }} aria-hidden="true" />;
