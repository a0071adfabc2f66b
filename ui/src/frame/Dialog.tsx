import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { holds } from "../state/time.ts";
import { t } from "../words/en.ts";
import { Icon } from "./Icon.tsx";

interface Props { title: string; class?: string; onClose: () => void; actions?: ComponentChildren; children: ComponentChildren; bare?: boolean }

/** A modal window; the browser keeps the focus inside and gives it back. */
export function Dialog({ title, class: name = "", onClose, actions, children, bare = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    holds.value++;
    return () => { holds.value--; element.close(); };
  }, []);
  const outside = (e: MouseEvent) => { if (e.target === dialog.current) onClose(); };
  return (
    <dialog class={`dialog ${name}`} ref={dialog} aria-label={title} onCancel={(e) => { e.preventDefault(); onClose(); }} onMouseDown={outside}>
      <div class="dialog-inside">
        {!bare && (
          <header class="dialog-head">
            <h2>{title}</h2>
            <div class="dialog-actions">{actions}<button type="button" class="icon-button" aria-label={t.close} title={t.close} onClick={onClose}><Icon name="close" /></button></div>
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}
