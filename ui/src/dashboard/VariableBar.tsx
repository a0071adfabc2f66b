import { useState } from "preact/hooks";
import { Icon } from "../frame/Icon.tsx";
import { usePopup } from "../frame/Menu.tsx";
import { t } from "../words/en.ts";
import { all, choose, chosen, type Variable } from "./variables.ts";

/** What can be filtered; on a phone behind one button. */
export function VariableBar({ variables }: { variables: Variable[] }) {
  const { open, setOpen, box, trigger } = usePopup();
  const active = variables.filter((v) => v.model.type === "query" && !chosen(v.model).includes(all)).length;
  return (
    <div class="variables" ref={box} data-open={open || undefined}>
      <button type="button" class="button variables-toggle" aria-expanded={open} ref={trigger} onClick={() => setOpen(!open)}><Icon name="sliders" />{t.variables.menu}{active > 0 && <span class="count">{active}</span>}</button>
      <div class="variables-list">{variables.map((v) => <Picker key={v.model.name} variable={v} />)}</div>
    </div>
  );
}

const shownText = (values: string[]) => (values.includes(all) ? t.variables.all : values.length > 1 ? t.variables.selected(values.length) : values[0] ?? "");

function Picker({ variable }: { variable: Variable }) {
  const { open, setOpen, box, trigger } = usePopup();
  const { model } = variable, values = chosen(model), label = model.label ?? model.name;
  return (
    <div class="popup" ref={box}>
      <button type="button" class="button variable" data-active={model.type === "query" && !values.includes(all) || undefined} aria-haspopup="dialog" aria-expanded={open} ref={trigger} onClick={() => setOpen(!open)}>
        <span class="variable-label">{label}</span><b>{shownText(values)}</b><Icon name="down" size={14} />
      </button>
      {open && <Options variable={variable} label={label} values={values} close={() => { setOpen(false); trigger.current?.focus(); }} />}
    </div>
  );
}

function Options({ variable, label, values, close }: { variable: Variable; label: string; values: string[]; close: () => void }) {
  const { model } = variable, [find, setFind] = useState("");
  const options = variable.options.value ?? [], known = [...new Set([...options, ...values.filter((v) => v !== all)])];
  const shown = known.filter((o) => o.toLowerCase().includes(find.toLowerCase())).slice(0, 100);
  const pick = (value: string) => {
    if (!model.multi) { choose(model, [value]); close(); return; }
    const rest = values.filter((v) => v !== all);
    choose(model, value === all ? [all] : rest.includes(value) ? rest.filter((v) => v !== value) : [...rest, value]);
  };
  return (
    <div class="menu options" role="dialog" aria-label={label}>
      {known.length > 8 && <input class="input" type="search" autofocus placeholder={t.variables.filter} aria-label={`${t.variables.filter} ${label}`} value={find} onInput={(e) => setFind(e.currentTarget.value)} />}
      {variable.options.value === null && !variable.failed.value && <p class="muted">{t.variables.loading}</p>}
      {variable.failed.value && <p class="muted">{t.variables.failed}</p>}
      {variable.options.value?.length === 0 && <p class="muted">{t.variables.none}</p>}
      <div class="options-list" role="group" aria-label={label}>
        {model.includeAll && !find && <Option text={t.variables.all} chosen={values.includes(all)} run={() => pick(all)} />}
        {shown.map((o) => <Option key={o} text={o} chosen={values.includes(o)} run={() => pick(o)} />)}
      </div>
    </div>
  );
}

const Option = ({ text, chosen, run }: { text: string; chosen: boolean; run: () => void }) =>
  <button type="button" class="option" aria-pressed={chosen} onClick={run}><span class="option-mark">{chosen && <Icon name="check" size={14} />}</span><span>{text || "(empty)"}</span></button>;
