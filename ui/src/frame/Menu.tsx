// A button with a menu below it: arrow keys, Escape, and a click elsewhere close it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { holds } from "../state/time.ts";
import { Icon, type IconName } from "./Icon.tsx";

export interface MenuItem { label: string; icon?: IconName; run?: () => void; href?: string; checked?: boolean; separate?: boolean; external?: boolean }

interface Props { label: string; items: MenuItem[]; class?: string; children: ComponentChildren; align?: "start" | "end" }

export function Menu({ label, items, class: name = "icon-button", children, align = "end" }: Props) {
  const { open, setOpen, box, trigger } = usePopup();
  return (
    <div class="popup" ref={box}>
      <button type="button" class={name} aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open} ref={trigger} onClick={() => setOpen(!open)}>{children}</button>
      {open && <MenuList label={label} items={items} align={align} close={() => { setOpen(false); trigger.current?.focus(); }} />}
    </div>
  );
}

function MenuList({ label, items, align, close }: { label: string; items: MenuItem[]; align: string; close: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const entries = () => [...list.current!.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  useEffect(() => { entries()[0]?.focus(); }, []);
  const move = (e: KeyboardEvent) => {
    const all = entries(), at = all.indexOf(document.activeElement as HTMLElement);
    const to = e.key === "ArrowDown" ? at + 1 : e.key === "ArrowUp" ? at - 1 : e.key === "Home" ? 0 : e.key === "End" ? all.length - 1 : null;
    if (to === null) { if (e.key === "Tab") close(); return; }
    e.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <div class="menu" role="menu" aria-label={label} data-align={align} ref={list} onKeyDown={move}>
      {items.map((i) => <Entry key={i.label} item={i} close={close} />)}
    </div>
  );
}

function Entry({ item, close }: { item: MenuItem; close: () => void }) {
  const inside = <>{item.icon && <Icon name={item.icon} />}<span>{item.label}</span>{item.checked && <Icon name="check" />}</>;
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const state = item.checked === undefined ? {} : { "aria-checked": item.checked };
  if (item.href) return <a role={role} tabIndex={-1} href={item.href} {...(item.external ? { target: "_blank", rel: "noopener" } : {})} data-separate={item.separate || undefined} onClick={close}>{inside}</a>;
  return <button type="button" role={role} tabIndex={-1} {...state} data-separate={item.separate || undefined} onClick={() => { close(); item.run?.(); }}>{inside}</button>;
}

/** What is open beside a button; an open one holds the refresh. */
export function usePopup() {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null), trigger = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    holds.value++;
    const outside = (e: Event) => { if (!box.current?.contains(e.target as Node)) setOpen(false); };
    const escape = (e: KeyboardEvent) => { if (e.key === "Escape") { e.stopPropagation(); setOpen(false); trigger.current?.focus(); } };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", escape, true);
    return () => {
      holds.value--;
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", escape, true);
    };
  }, [open]);
  return { open, setOpen, box, trigger };
}
