import { later } from "../frame/Later.tsx";
import { Icon } from "../frame/Icon.tsx";
import { usePopup } from "../frame/Menu.tsx";
import { t } from "../words/en.ts";
import type { VariableModel } from "./model.ts";
import { all, chosen, type Variable } from "./variables.ts";

const Options = later(() => import("../later/Options.tsx"));

/** What can be filtered; on a phone behind one button. */
export function VariableBar({ variables, models }: { variables: Variable[]; models: VariableModel[] }) {
  const { open, setOpen, box, trigger } = usePopup();
  const active = variables.filter((v) => v.model.type === "query" && !chosen(v.model).includes(all)).length;
  return (
    <div class="variables" ref={box} data-open={open || undefined}>
      <button type="button" class="button variables-toggle" aria-expanded={open} ref={trigger} onClick={() => setOpen(!open)}><Icon name="sliders" />{t.variables.menu}{active > 0 && <span class="count">{active}</span>}</button>
      <div class="variables-list">{variables.map((v) => <Picker key={v.model.name} variable={v} models={models} />)}</div>
    </div>
  );
}

const shownText = (values: string[]) => (values.includes(all) ? t.variables.all : values.length > 1 ? t.variables.selected(values.length) : values[0] ?? "");

function Picker({ variable, models }: { variable: Variable; models: VariableModel[] }) {
  const { open, setOpen, box, trigger } = usePopup();
  const { model } = variable, values = chosen(model), label = model.label ?? model.name;
  return (
    <div class="popup" ref={box}>
      <button type="button" class="button variable" data-active={model.type === "query" && !values.includes(all) || undefined} aria-haspopup="dialog" aria-expanded={open} ref={trigger} onClick={() => setOpen(!open)}>
        <span class="variable-label">{label}</span><b>{shownText(values)}</b><Icon name="down" size={14} />
      </button>
      {open && <Options variable={variable} models={models} label={label} values={values} close={() => { setOpen(false); trigger.current?.focus(); }} />}
    </div>
  );
}
